#include "client/authz/serve/listening_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/net/accept.h"
#include "base/net/unix_socket.h"
#include "base/status_macros.h"

namespace fleetca::client {
namespace {

constexpr int kBacklog = 1024;

struct SocketAddress {
  sockaddr_storage storage = {};
  socklen_t size = 0;

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

SocketAddress ToSocketAddress(const ListenAddress& address) {
  SocketAddress made;
  if (address.IsSocket()) {
    auto* const local = reinterpret_cast<sockaddr_un*>(&made.storage);
    local->sun_family = AF_UNIX;
    std::memcpy(local->sun_path, address.socket.data(),
                std::min(address.socket.size(), sizeof(local->sun_path) - 1));
    made.size = sizeof(*local);
  } else if (absl::StrContains(address.host, ':')) {
    auto* const v6 = reinterpret_cast<sockaddr_in6*>(&made.storage);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(static_cast<uint16_t>(address.port));
    inet_pton(AF_INET6, address.host.c_str(), &v6->sin6_addr);
    made.size = sizeof(*v6);
  } else {
    auto* const v4 = reinterpret_cast<sockaddr_in*>(&made.storage);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(static_cast<uint16_t>(address.port));
    inet_pton(AF_INET, address.host.c_str(), &v4->sin_addr);
    made.size = sizeof(*v4);
  }
  return made;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ListeningSocket>> ListeningSocket::Open(
    const ListenAddress& address) {
  if (address.IsSocket()) {
    FLEETCA_RETURN_IF_ERROR(RemoveStaleSocket(address.socket));
  }
  SocketAddress wanted = ToSocketAddress(address);
  const int fd = ::socket(wanted.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int yes = 1;
  // Not SO_REUSEPORT, with which a second server would share the port in silence.
  if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
      bind(fd, wanted.get(), wanted.size) != 0 || listen(fd, kBacklog) != 0) {
    const std::string problem = std::strerror(errno);
    if (fd >= 0) {
      close(fd);
    }
    return FailedPrecondition(
        Reason::kConfigInvalid,
        absl::StrCat("Cannot listen at ", address.ToString(), " (", problem,
                     "); choose a free port, or a folder that this user may write to"));
  }
  ListenAddress bound = address;
  bound.port = address.IsSocket() ? 0 : BoundPort(fd);
  return absl::WrapUnique(new ListeningSocket(fd, std::move(bound)));
}

ListeningSocket::~ListeningSocket() {
  close(fd_);
  if (address_.IsSocket()) {
    unlink(address_.socket.c_str());
  }
}

}  // namespace fleetca::client
