#include "service/edge/listener/listening_sockets.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/status_macros.h"

namespace fleetca::service {
namespace {

// What the kernel keeps ready while the acceptor is busy; net.core.somaxconn cuts it.
constexpr int kBacklog = 4096;

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

absl::Status CannotListen(absl::string_view address, absl::string_view field,
                          absl::string_view why) {
  return Unavailable(
      Reason::kConfigInvalid,
      absl::StrCat("Cannot listen on ", address, " (", why,
                   "): another process has the port, or the address is not this host's; change ",
                   field));
}

absl::StatusOr<Addresses> Resolve(absl::string_view address, absl::string_view field) {
  const size_t colon = address.rfind(':');
  if (colon == absl::string_view::npos) {
    return CannotListen(address, field, "it has no port");
  }
  absl::string_view host = address.substr(0, colon);
  if (absl::ConsumePrefix(&host, "[") && !absl::ConsumeSuffix(&host, "]")) {
    return CannotListen(address, field, "its [ is not closed");
  }
  // getaddrinfo takes the lowest 16 bits of any number.
  const absl::string_view port = address.substr(colon + 1);
  uint32_t number = 0;
  if (!absl::SimpleAtoi(port, &number) || number > UINT16_MAX) {
    return CannotListen(address, field, "its port is no number from 0 to 65535");
  }
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int failure =
      getaddrinfo(std::string(host).c_str(), std::string(port).c_str(), &hints, &list);
  if (failure != 0) {
    return CannotListen(address, field, gai_strerror(failure));
  }
  return Addresses(list);
}

void SetPort(int port, addrinfo* address) {
  if (address->ai_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6*>(address->ai_addr)->sin6_port =
        htons(static_cast<uint16_t>(port));
  } else {
    reinterpret_cast<sockaddr_in*>(address->ai_addr)->sin_port = htons(static_cast<uint16_t>(port));
  }
}

int PortOf(int socket) {
  sockaddr_storage bound = {};
  socklen_t size = sizeof(bound);
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&bound), &size) != 0) {
    return 0;
  }
  return ntohs(bound.ss_family == AF_INET6
                   ? reinterpret_cast<const sockaddr_in6*>(&bound)->sin6_port
                   : reinterpret_cast<const sockaddr_in*>(&bound)->sin_port);
}

// Empty with errno when that fails. Never SO_REUSEPORT, with which a second server would share the
// port in silence.
Descriptor BindOne(const addrinfo& address) {
  Descriptor made(
      socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  const int yes = 1;
  const int no = 0;
  if (!made.valid() || setsockopt(made.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
      (address.ai_family == AF_INET6 &&
       setsockopt(made.get(), IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no)) != 0) ||
      // Accepted sockets inherit it.
      setsockopt(made.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)) != 0 ||
      bind(made.get(), address.ai_addr, address.ai_addrlen) != 0 ||
      listen(made.get(), kBacklog) != 0) {
    const int problem = errno;
    made.Reset();
    errno = problem;
  }
  return made;
}

}  // namespace

absl::StatusOr<ListeningSockets> Listen(absl::string_view address, absl::string_view field) {
  FLEETCA_ASSIGN_OR_RETURN(const Addresses addresses, Resolve(address, field));
  ListeningSockets made;
  std::string problem = "the host has no address";
  for (addrinfo* one = addresses.get(); one != nullptr; one = one->ai_next) {
    if (one->ai_family != AF_INET && one->ai_family != AF_INET6) {
      continue;
    }
    if (made.port != 0) {
      SetPort(made.port, one);
    }
    Descriptor bound = BindOne(*one);
    if (bound.valid()) {
      made.port = PortOf(bound.get());
      made.sockets.push_back(std::move(bound));
      continue;
    }
    problem = std::strerror(errno);
    // A host name may have an address of a family that this machine does not speak, but a port
    // that someone else has is never shared.
    if (errno != EADDRNOTAVAIL && errno != EAFNOSUPPORT) {
      return CannotListen(address, field, problem);
    }
  }
  if (made.sockets.empty() || made.port == 0) {
    return CannotListen(address, field, problem);
  }
  return made;
}

}  // namespace fleetca::service
