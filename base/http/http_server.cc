#include "base/http/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/time/clock.h"
#include "base/log.h"
#include "base/net/accept.h"
#include "base/status_macros.h"
#include "base/steady_time.h"

namespace fleetca {
namespace {

// How often connections whose time is up are looked for.
constexpr absl::Duration kLookInterval = absl::Milliseconds(200);
// Connections accepted on one socket before the others, and what is late, are looked at.
constexpr int kAcceptedAtOnce = 64;
// Where there is nothing to give up for a connection that cannot be accepted.
constexpr absl::Duration kPause = absl::Milliseconds(100);

// Without its port; IPv4 as such also where the socket is of IPv6.
std::string IpText(const sockaddr_storage& peer) {
  char text[INET6_ADDRSTRLEN] = "";
  if (peer.ss_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(peer).sin_addr, text, sizeof(text));
  } else if (peer.ss_family == AF_INET6) {
    const in6_addr& ip = reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&ip)) {
      inet_ntop(AF_INET, &ip.s6_addr[12], text, sizeof(text));
    } else {
      inet_ntop(AF_INET6, &ip, text, sizeof(text));
    }
  }
  return text;
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Create(HttpServerOptions options,
                                                               HttpHandler handler) {
  FLEETCA_ASSIGN_OR_RETURN(WakeEvent wake, WakeEvent::Create());
  const size_t threads = std::max<size_t>(options.threads, 1);
  auto server =
      absl::WrapUnique(new HttpServer(std::move(options), std::move(handler), std::move(wake)));
  for (size_t i = 0; i < threads; ++i) {
    FLEETCA_ASSIGN_OR_RETURN(std::unique_ptr<HttpWorker> worker,
                             HttpWorker::Start(server->service_));
    server->workers_.push_back(std::move(worker));
  }
  FLEETCA_ASSIGN_OR_RETURN(server->thread_,
                           Thread::Start("http accept", [self = server.get()] { self->Run(); }));
  return server;
}

HttpServer::HttpServer(HttpServerOptions options, HttpHandler handler, WakeEvent wake)
    : name_(std::move(options.name)),
      port_(BoundPort(options.sockets.front().get())),
      wake_(std::move(wake)),
      service_(options.limits, std::move(handler)),
      sockets_(std::move(options.sockets)) {}

HttpServer::~HttpServer() { Stop(absl::Now()); }

HttpServerStats HttpServer::stats() const {
  HttpServerStats stats{.accepted = accepted_,
                        .refused = refused_,
                        .timed_out = timed_out_,
                        .open = service_.connections.count(),
                        .body_bytes = service_.body_bytes};
  uint64_t* const classes[] = {&stats.success, &stats.redirection, &stats.client_error,
                               &stats.server_error};
  for (size_t status = 0; status < service_.answers.size(); ++status) {
    if (const uint64_t count = service_.answers[status]; count != 0) {
      stats.statuses.emplace_back(static_cast<int>(status), count);
      *classes[std::clamp<size_t>(status / 100, 2, 5) - 2] += count;
    }
  }
  return stats;
}

bool HttpServer::Stop(absl::Time deadline) {
  absl::MutexLock lock(&mutex_);
  if (stopped_) {
    return in_time_;
  }
  stopped_ = true;
  service_.stopping = true;
  stop_ = true;
  wake_.Wake();
  thread_.Join();
  sockets_.clear();
  accepting_ = false;
  do {
    service_.connections.ShutDownIdle();
    service_.connections.ShutDownLate(SteadyTime());
    in_time_ =
        service_.connections.AwaitNone(std::min(deadline, absl::Now() + absl::Milliseconds(50)));
  } while (!in_time_ && absl::Now() < deadline);
  workers_.clear();
  return in_time_;
}

void HttpServer::Run() {
  absl::Time next_look = SteadyTime() + kLookInterval;
  while (!stop_) {
    Wait();
    const absl::Time now = SteadyTime();
    for (const Descriptor& socket : sockets_) {
      for (int i = 0; i < kAcceptedAtOnce && !stop_ && AcceptOne(socket.get(), now); ++i) {
      }
    }
    if (now < next_look) {
      continue;
    }
    next_look = now + kLookInterval;
    const size_t late = service_.connections.ShutDownLate(now);
    timed_out_ += late;
    NoteReplaced(now);
    uint64_t suppressed = 0;
    if (late != 0 && log::Enabled(log::Level::kDebug) && limiter_.Allow(now, &suppressed)) {
      log::Write(log::Level::kDebug, "HTTP connections were too slow and were closed",
                 {{"port", name_}, {"count", late}, {"suppressed", suppressed}});
    }
  }
}

void HttpServer::Wait() const {
  std::vector<pollfd> waited = {{.fd = wake_.fd(), .events = POLLIN, .revents = 0}};
  for (const Descriptor& socket : sockets_) {
    waited.push_back({.fd = socket.get(), .events = POLLIN, .revents = 0});
  }
  // Without connections nothing can be late, and a daemon that nobody asks rests.
  const int patience = service_.connections.count() == 0
                           ? -1
                           : static_cast<int>(absl::ToInt64Milliseconds(kLookInterval));
  poll(waited.data(), waited.size(), patience);
}

bool HttpServer::AcceptOne(int socket, absl::Time now) {
  sockaddr_storage peer = {};
  socklen_t size = sizeof(peer);
  Descriptor accepted(
      accept4(socket, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!accepted.valid()) {
    const int error = errno;
    if (IsNobodyThere(error)) {
      return false;
    }
    if (IsOfTheConnection(error)) {
      return true;
    }
    NoteNotAccepted(error, socket, now);
    return false;
  }
  accepting_ = true;
  const std::string address = IpText(peer);
  if (const auto verdict = service_.connections.Add(accepted.get(), address, now);
      verdict != HttpConnections::Verdict::kTaken) {
    NoteRefusal(verdict, address, now);
    return true;
  }
  ++accepted_;
  HttpWorker& worker = *workers_[next_worker_++ % workers_.size()];
  if (!worker.Serve(std::move(accepted), peer, size)) {
    ++refused_;
  }
  return true;
}

void HttpServer::NoteReplaced(absl::Time now) {
  const uint64_t replaced = service_.connections.replaced();
  uint64_t suppressed = 0;
  if (replaced == replaced_ || !limiter_.Allow(now, &suppressed)) {
    return;
  }
  log::Warning("HTTP connections were closed, as their places were needed",
               {{"port", name_}, {"count", replaced - replaced_}, {"suppressed", suppressed}});
  replaced_ = replaced;
}

void HttpServer::NoteRefusal(HttpConnections::Verdict why, absl::string_view address,
                             absl::Time now) {
  ++refused_;
  uint64_t suppressed = 0;
  if (limiter_.Allow(now, &suppressed)) {
    log::Warning("An HTTP connection was closed at once",
                 {{"port", name_},
                  {"address", address},
                  {"reason", why == HttpConnections::Verdict::kTooMany
                                 ? "as many are open as may be"
                                 : "as many are open from this address as may be from one"},
                  {"suppressed", suppressed}});
  }
}

void HttpServer::NoteNotAccepted(int error, int socket, absl::Time now) {
  accepting_ = false;
  uint64_t suppressed = 0;
  if (limiter_.Allow(now, &suppressed)) {
    log::Warning("HTTP connections cannot be accepted",
                 {{"port", name_}, {"reason", strerror(error)}, {"suppressed", suppressed}});
  }
  if (!IsOutOfDescriptors(error) || !spare_.DropOne(socket)) {
    absl::SleepFor(kPause);
  }
}

}  // namespace fleetca
