#include "client/authz/serve/grpc_acceptor.h"

#include <fcntl.h>
#include <grpcpp/security/server_credentials.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/steady_time.h"

namespace fleetca::client {
namespace {

constexpr int kLinesPerSecond = 2;
// How long accepting rests when the machine has nothing left: neither spinning, nor noticeable.
constexpr int kPauseMs = 50;

Descriptor Spare() { return Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC)); }

bool IsOutOfDescriptors(int error) { return error == EMFILE || error == ENFILE; }

bool IsNobodyThere(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

// Of the connection that was next, and says nothing of the one after it. Whatever else accept(2)
// says is worth a pause.
bool IsOfTheConnection(int error) {
  return error == ECONNABORTED || error == EINTR || error == EPROTO || error == EPERM;
}

}  // namespace

absl::StatusOr<std::unique_ptr<GrpcAcceptor>> GrpcAcceptor::Listen(const ListenAddress& address) {
  FLEETCA_ASSIGN_OR_RETURN(std::unique_ptr<ListeningSocket> socket, ListeningSocket::Open(address));
  Descriptor wake(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!wake.valid()) {
    return Unavailable(Reason::kInternal,
                       absl::StrCat("The kernel gives no eventfd: ", std::strerror(errno),
                                    "; give the process more descriptors (ulimit -n)"));
  }
  return absl::WrapUnique(new GrpcAcceptor(std::move(socket), std::move(wake)));
}

GrpcAcceptor::GrpcAcceptor(std::unique_ptr<ListeningSocket> socket, Descriptor wake)
    : socket_(std::move(socket)),
      wake_(std::move(wake)),
      spare_(Spare()),
      refusals_(kLinesPerSecond) {}

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
  const uint64_t one = 1;
  // It fails only when the counter is full, and then the thread is awake.
  [[maybe_unused]] const ssize_t written = write(wake_.get(), &one, sizeof(one));
  thread_.Join();
  // Who connects from now on is refused, and does not wait for calls to end.
  shutdown(socket_->fd(), SHUT_RDWR);
}

void GrpcAcceptor::Run() {
  pollfd wanted[] = {{.fd = wake_.get(), .events = POLLIN, .revents = 0},
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
    if (IsOutOfDescriptors(error) && DropOne()) {
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

bool GrpcAcceptor::DropOne() {
  spare_.Reset();
  Descriptor dropped(accept4(socket_->fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  const bool accepted = dropped.valid();
  dropped.Reset();
  spare_ = Spare();
  return accepted;
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
