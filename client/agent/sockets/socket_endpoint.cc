#include "client/agent/sockets/socket_endpoint.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/net/accept.h"
#include "base/status_macros.h"
#include "base/steady_time.h"
#include "client/agent/sockets/handover_limit.h"

namespace fleetca::client {
namespace {

constexpr int kLinesPerSecond = 2;
// How long accepting rests when the machine has nothing left: neither spinning, nor noticeable.
constexpr int kPauseMs = 50;
// A connection is given away within microseconds.
constexpr absl::Duration kMaxHandover = absl::Milliseconds(500);
// In the epoll set, beside LocalConnections' own.
constexpr uint64_t kWake = 0;
constexpr uint64_t kSocket = 1;

bool Watch(int epoll, int fd, uint64_t id) {
  epoll_event wanted = {.events = EPOLLIN, .data = {.u64 = id}};
  return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &wanted) == 0;
}

// Whether the other end has gone: then what /proc said may be of another process.
bool HasHungUp(int fd) {
  pollfd seen = {.fd = fd, .events = 0, .revents = 0};
  return poll(&seen, 1, 0) == 1 && (seen.revents & (POLLHUP | POLLERR)) != 0;
}

// Looks at the connections for as long as they are somebody's. Not by the thread that accepts,
// which gRPC may keep.
void KeepLooking(PushTimer* watch, const std::string& path,
                 const std::weak_ptr<LocalConnections>& connections) {
  static log::Limiter* const lines = new log::Limiter(kLinesPerSecond);
  const std::shared_ptr<LocalConnections> seen = connections.lock();
  if (seen == nullptr) {
    return;
  }
  const LocalConnections::Looked looked = seen->Look(SteadyTime());
  for (const uid_t user : looked.ended) {
    uint64_t suppressed = 0;
    if (lines->Allow(SteadyTime(), &suppressed)) {
      log::Warning("A connection was ended, as its process did not read what it was told",
                   {{"socket", path}, {"user", user}, {"lines_suppressed", suppressed}});
    }
  }
  watch->After(looked.next, [watch, path, connections] { KeepLooking(watch, path, connections); });
}

}  // namespace

absl::StatusOr<std::unique_ptr<SocketEndpoint>> SocketEndpoint::Open(
    const UnixSocketOptions& options) {
  FLEETCA_ASSIGN_OR_RETURN(std::unique_ptr<UnixSocket> socket, UnixSocket::Listen(options));
  FLEETCA_ASSIGN_OR_RETURN(WakeEvent wake, WakeEvent::Create());
  return absl::WrapUnique(new SocketEndpoint(std::move(socket), std::move(wake)));
}

SocketEndpoint::SocketEndpoint(std::unique_ptr<UnixSocket> socket, WakeEvent wake)
    : socket_(std::move(socket)),
      path_(socket_->path()),
      wake_(std::move(wake)),
      lines_(kLinesPerSecond) {}

absl::Status SocketEndpoint::Start(std::vector<EndpointIdentity> identities,
                                   IdentityServer* refusing, PushTimer* watch,
                                   std::shared_ptr<ConnectionCount> all) {
  identities_ = std::move(identities);
  refusing_ = refusing;
  watch_ = watch;
  for (const EndpointIdentity& identity : identities_) {
    places_wanted_ = places_wanted_ || identity.selectors.NeedPlace();
  }
  epoll_.Reset(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_.valid() || !Watch(epoll_.get(), wake_.fd(), kWake) ||
      !Watch(epoll_.get(), socket_->fd(), kSocket)) {
    return Unavailable(
        Reason::kInternal,
        absl::StrCat("Connections at ", path_, " cannot be watched (", std::strerror(errno),
                     "); give the process more descriptors (LimitNOFILE)"));
  }
  connections_ =
      std::make_shared<LocalConnections>(epoll_.get(), kSocketConnections, std::move(all));
  KeepLooking(watch_, path_, connections_);
  FLEETCA_ASSIGN_OR_RETURN(thread_, Thread::Start("agent_accept", [this] { Run(); }));
  return absl::OkStatus();
}

void SocketEndpoint::Stop() {
  wake_.Wake();
  thread_.Join();
  socket_.reset();
}

void SocketEndpoint::Run() {
  std::array<epoll_event, 32> events;
  while (true) {
    const int count =
        epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), /*timeout=*/-1);
    bool accept = false;
    for (int i = 0; i < count; ++i) {
      const uint64_t id = events[static_cast<size_t>(i)].data.u64;
      if (id == kWake) {
        return;
      }
      accept = accept || id == kSocket;
      connections_->OnEvent(id);
    }
    if (!accept) {
      continue;
    }
    while (AcceptOne(SteadyTime())) {
    }
    if (!IsNobodyThere(errno)) {
      pollfd wake = {.fd = wake_.fd(), .events = POLLIN, .revents = 0};
      poll(&wake, 1, kPauseMs);
    }
  }
}

bool SocketEndpoint::AcceptOne(absl::Time now) {
  Descriptor accepted(accept4(socket_->fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (accepted.valid()) {
    Take(std::move(accepted), now);
    return true;
  }
  const int error = errno;
  if (IsOutOfDescriptors(error) && spare_.DropOne(socket_->fd())) {
    Note("A connection was closed at once", {},
         absl::StrCat(std::strerror(error), "; give the process more descriptors (LimitNOFILE)"),
         now);
    return true;
  }
  errno = error;
  return IsOfTheConnection(error);
}

void SocketEndpoint::Take(Descriptor connection, absl::Time now) {
  const absl::StatusOr<SocketPeer> peer = PeerOf(connection.get());
  if (!peer.ok()) {
    Note("A connection was closed at once", {}, peer.status().message(), now);
    return;
  }
  if (const absl::Status counted = connections_->Add(connection, peer->user); !counted.ok()) {
    Note("A connection was closed at once", *peer, counted.message(), now);
    return;
  }
  IdentityServer& server = ServerOf(*peer, now);
  if (HasHungUp(connection.get())) {
    return;
  }
  const auto limit = std::make_shared<HandoverLimit>(connection);
  watch_->After(kMaxHandover, [limit] { limit->CutOff(); });
  server.Take(std::move(connection));
  limit->Done();
}

IdentityServer& SocketEndpoint::ServerOf(const SocketPeer& peer, absl::Time now) {
  const absl::StatusOr<ProcessPlace> place =
      places_wanted_ ? PlaceOf(peer.process) : ProcessPlace();
  for (const EndpointIdentity& identity : identities_) {
    if (identity.selectors.Admit(peer, place)) {
      return *identity.server;
    }
  }
  Note("A process connected for which no identity of the socket is", peer,
       !place.ok() ? std::string(place.status().message())
       : places_wanted_
           ? absl::StrCat("its unit is \"", place->unit, "\", its control group ", place->cgroup)
           : "its user or group is not one of those in the configuration",
       now);
  return *refusing_;
}

void SocketEndpoint::Note(absl::string_view event, const SocketPeer& peer, absl::string_view reason,
                          absl::Time now) {
  uint64_t suppressed = 0;
  if (lines_.Allow(now, &suppressed)) {
    log::Warning(event, {{"socket", path_},
                         {"reason", reason},
                         {"process", peer.process},
                         {"user", peer.user},
                         {"group", peer.group},
                         {"lines_suppressed", suppressed}});
  }
}

}  // namespace fleetca::client
