#include "client/authz/serve/grpc_acceptor.h"

#include <grpcpp/security/server_credentials.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/descriptor.h"
#include "base/log.h"
#include "base/net/accept.h"
#include "base/status_macros.h"
#include "base/steady_time.h"

namespace fleetca::client {
namespace {

constexpr int kLinesPerSecond = 2;
// How long accepting rests when the machine has nothing left: neither spinning, nor noticeable.
constexpr int kPauseMs = 50;

}  // namespace

absl::StatusOr<std::unique_ptr<GrpcAcceptor>> GrpcAcceptor::Listen(const ListenAddress& address) {
  FLEETCA_ASSIGN_OR_RETURN(std::unique_ptr<ListeningSocket> socket, ListeningSocket::Open(address));
  FLEETCA_ASSIGN_OR_RETURN(WakeEvent wake, WakeEvent::Create());
  return absl::WrapUnique(new GrpcAcceptor(std::move(socket), std::move(wake)));
}

GrpcAcceptor::GrpcAcceptor(std::unique_ptr<ListeningSocket> socket, WakeEvent wake)
    : socket_(std::move(socket)), wake_(std::move(wake)), refusals_(kLinesPerSecond) {}

void GrpcAcceptor::AddTo(grpc::ServerBuilder& builder) {
  using Builder = grpc::ServerBuilder::experimental_type;
  acceptor_ = builder.experimental().AddExternalConnectionAcceptor(
      Builder::ExternalConnectionType::FROM_FD, grpc::InsecureServerCredentials());
}

absl::Status GrpcAcceptor::Serve() {
  FLEETCA_ASSIGN_OR_RETURN(thread_, Thread::Start("authz_accept", [this] { Run(); }));
  return absl::OkStatus();
}

void GrpcAcceptor::Stop() {
  wake_.Wake();
  thread_.Join();
  // A client that connects from now on is refused, and does not wait for calls to end.
  shutdown(socket_->fd(), SHUT_RDWR);
}

void GrpcAcceptor::Run() {
  pollfd wanted[] = {{.fd = wake_.fd(), .events = POLLIN, .revents = 0},
                     {.fd = socket_->fd(), .events = POLLIN, .revents = 0}};
  bool pausing = false;
  while (true) {
    poll(wanted, pausing ? 1 : 2, pausing ? kPauseMs : -1);
    if ((wanted[0].revents & POLLIN) != 0) {
      return;
    }
    while (AcceptOne(SteadyTime())) {
    }
    pausing = !IsNobodyThere(errno);
  }
}

bool GrpcAcceptor::AcceptOne(absl::Time now) {
  Descriptor accepted(accept4(socket_->fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!accepted.valid()) {
    const int error = errno;
    if (IsOutOfDescriptors(error) && spare_.DropOne(socket_->fd())) {
      NoteRefusal(error, now);
      return true;
    }
    errno = error;
    return IsOfTheConnection(error);
  }
  const int yes = 1;
  // Has no effect on a unix socket, and needs none there.
  setsockopt(accepted.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
  grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters parameters;
  parameters.fd = accepted.Release();
  acceptor_->HandleNewConnection(&parameters);
  return true;
}

void GrpcAcceptor::NoteRefusal(int error, absl::Time now) {
  uint64_t suppressed = 0;
  if (refusals_.Allow(now, &suppressed)) {
    log::Warning("A connection was closed at once",
                 {{"address", address().ToString()},
                  {"reason", absl::StrCat(std::strerror(error),
                                          "; give the process more "
                                          "descriptors (LimitNOFILE)")},
                  {"lines_suppressed", suppressed}});
  }
}

}  // namespace fleetca::client
