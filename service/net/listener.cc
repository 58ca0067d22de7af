#include "service/net/listener.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/net/accept.h"
#include "base/status_macros.h"
#include "base/steady_time.h"
#include "base/throughput_scheduling.h"
#include "service/net/peer_address.h"

namespace fleetca::service {
namespace {

constexpr int kLinesPerSecond = 2;
// Between looks, so that a flood does not put the watch off.
constexpr int kAcceptsAtOnce = 64;
// How long accepting rests when the machine has nothing left: neither spinning, nor noticeable.
constexpr absl::Duration kPause = absl::Milliseconds(50);
// Without connections, when only memory is looked after.
constexpr absl::Duration kIdleWait = absl::Seconds(2);
constexpr absl::Duration kFailing = absl::Seconds(1);
constexpr char kNoDescriptors[] = "the process has no file descriptors left; raise LimitNOFILE";
// As long as gRPC's keepalive: what was sent and not acknowledged for so long has no reader.
constexpr unsigned kUserTimeoutMs = 20'000;

// Ends a connection without a trace on this side.
void Reject(Descriptor connection) {
  const linger at_once = {.l_onoff = 1, .l_linger = 0};
  setsockopt(connection.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Listener>> Listener::Listen(ListenerOptions options) {
  FLEETCA_ASSIGN_OR_RETURN(ListeningSockets sockets,
                           service::Listen(options.address, options.field));
  return Adopt(std::move(options), std::move(sockets));
}

absl::StatusOr<std::unique_ptr<Listener>> Listener::Adopt(ListenerOptions options,
                                                          ListeningSockets sockets) {
  for (const Descriptor& socket : sockets.sockets) {
    // Accepted sockets inherit it.
    const int bytes = options.limits.receive_buffer_bytes;
    if (bytes > 0) {
      setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
    }
  }
  FLEETCA_ASSIGN_OR_RETURN(WakeEvent wake, WakeEvent::Create());
  return absl::WrapUnique(new Listener(std::move(options), std::move(sockets), std::move(wake)));
}

Listener::Listener(ListenerOptions options, ListeningSockets sockets, WakeEvent wake)
    : options_(std::move(options)),
      port_(sockets.port),
      wake_(std::move(wake)),
      sockets_(std::move(sockets.sockets)),
      watch_(options_.name, options_.limits, table_, callers_),
      limiter_(kLinesPerSecond) {
  callers_->SetAlarm([this] {
    look_now_ = true;
    wake_.Wake();
  });
}

Listener::~Listener() {
  // The server has no calls any more, but its access check may hold the table for longer.
  callers_->SetAlarm([] {});
  StopAccepting();
  if (thread_.has_value()) {
    {
      absl::MutexLock lock(&mutex_);
      stop_ = true;
    }
    wake_.Wake();
    thread_->Join();
  }
}

void Listener::AddTo(const std::shared_ptr<grpc::ServerCredentials>& credentials,
                     grpc::ServerBuilder& builder) {
  using Builder = grpc::ServerBuilder::experimental_type;
  acceptor_ = builder.experimental().AddExternalConnectionAcceptor(
      Builder::ExternalConnectionType::FROM_FD, credentials);
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(
      std::make_unique<CallMeterFactory>(table_, callers_, options_.limits, options_.message_size));
  builder.experimental().SetInterceptorCreators(std::move(interceptors));
}

absl::Status Listener::Serve() {
  FLEETCA_ASSIGN_OR_RETURN(
      handover_, Handover::Start([this](Descriptor accepted) {
        grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters parameters;
        parameters.fd = accepted.Release();
        acceptor_->HandleNewConnection(&parameters);
      }));
  accepting_ = true;
  absl::StatusOr<Thread> thread = Thread::Start("accept", [this] { Run(); });
  if (!thread.ok()) {
    accepting_ = false;
    return thread.status();
  }
  thread_ = *std::move(thread);
  return absl::OkStatus();
}

void Listener::StopAccepting() {
  accepting_ = false;
  if (!thread_.has_value()) {
    sockets_.clear();
    return;
  }
  {
    absl::MutexLock lock(&mutex_);
    stop_accepting_ = true;
    wake_.Wake();
    mutex_.Await(absl::Condition(&closed_));
  }
  accepting_ = false;  // the thread may have accepted once more meanwhile
  handover_->Stop();
}

void Listener::Run() {
  // A look that comes late is a flood's gain.
  ScheduleThisThreadAtOnce();
  absl::Time next_look = SteadyTime();
  while (true) {
    Wait(next_look);
    {
      absl::MutexLock lock(&mutex_);
      if (stop_accepting_ && !closed_) {
        sockets_.clear();
        closed_ = true;
      }
      if (stop_) {
        return;
      }
    }
    const absl::Time now = SteadyTime();
    AcceptSome(now);
    if (now >= next_look || look_now_.exchange(false)) {
      watch_.Look(now);
      next_look = now + options_.limits.look_interval;
    }
    if (options_.trims_memory) {
      trimmer_.Look(now);
    }
  }
}

void Listener::Wait(absl::Time next_look) {
  std::vector<pollfd> wanted;
  wanted.push_back({.fd = wake_.fd(), .events = POLLIN, .revents = 0});
  absl::Duration timeout = watch_.size() > 0 ? next_look - SteadyTime() : kIdleWait;
  if (SteadyTime() >= paused_until_) {
    for (const Descriptor& socket : sockets_) {
      wanted.push_back({.fd = socket.get(), .events = POLLIN, .revents = 0});
    }
  } else {
    timeout = std::min(timeout, paused_until_ - SteadyTime());
  }
  const int64_t milliseconds =
      std::max<int64_t>(0, absl::ToInt64Milliseconds(timeout + absl::Microseconds(999)));
  poll(wanted.data(), wanted.size(), static_cast<int>(milliseconds));
  if ((wanted[0].revents & POLLIN) != 0) {
    wake_.Clear();
  }
}

void Listener::AcceptSome(absl::Time now) {
  if (now < paused_until_) {
    return;
  }
  for (const Descriptor& socket : sockets_) {
    for (int i = 0; i < kAcceptsAtOnce && AcceptOne(socket.get(), now); ++i) {
    }
  }
}

bool Listener::AcceptOne(int socket, absl::Time now) {
  Descriptor accepted(accept4(socket, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  const int error = errno;
  if (accepted.valid()) {
    if (Take(std::move(accepted), now)) {
      NoteAccepting();
    } else {
      NoteFailing(now);
      NoteRefusal(kNoDescriptors, now);
    }
    return true;
  }
  if (IsNobodyThere(error)) {
    NoteAccepting();
    return false;
  }
  if (IsOfTheConnection(error)) {
    return true;
  }
  NoteFailing(now);
  if (IsOutOfDescriptors(error) && spare_.DropOne(socket)) {
    NoteRefusal(kNoDescriptors, now);
    return true;
  }
  paused_until_ = now + kPause;
  NoteRefusal(absl::StrCat("accepting fails: ", std::strerror(error)), now);
  return false;
}

void Listener::NoteAccepting() {
  failing_since_ = absl::InfiniteFuture();
  accepting_ = true;
}

void Listener::NoteFailing(absl::Time now) {
  failing_since_ = std::min(failing_since_, now);
  if (now - failing_since_ >= kFailing) {
    accepting_ = false;
  }
}

bool Listener::Take(Descriptor accepted, absl::Time now) {
  sockaddr_storage address = {};
  socklen_t size = sizeof(address);
  if (getpeername(accepted.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return true;  // it is gone already
  }
  const std::optional<PeerAddress> peer = PeerAddress::FromSocket(address);
  if (!peer.has_value()) {
    return true;
  }
  if (!watch_.MakeRoomFor(*peer, now)) {
    NoteRefusal(absl::StrCat("from ", peer->ToString(), ": there are as many as the limits allow"),
                now);
    Reject(std::move(accepted));
    return true;
  }
  Descriptor duplicate(fcntl(accepted.get(), F_DUPFD_CLOEXEC, 0));
  if (!duplicate.valid()) {
    Reject(std::move(accepted));
    return false;
  }
  setsockopt(accepted.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, &kUserTimeoutMs,
             sizeof(kUserTimeoutMs));
  watch_.Add(*peer, std::move(duplicate), now);
  handover_->Give(std::move(accepted));
  return true;
}

void Listener::NoteRefusal(absl::string_view why, absl::Time now) {
  uint64_t suppressed = 0;
  if (limiter_.Allow(now, &suppressed)) {
    log::Warning("A connection was not taken",
                 {{"port", options_.name}, {"reason", why}, {"lines_suppressed", suppressed}});
  }
}

}  // namespace fleetca::service
