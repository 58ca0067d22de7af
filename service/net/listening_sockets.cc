#include "service/net/listening_sockets.h"

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
#include "base/net/accept.h"
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
  return Unavailable(Reason::kConfigInvalid,
                     absl::StrCat("Cannot listen on ", address, " (", why, "); change ", field));
}

// `problem` is an errno of bind or listen.
absl::Status CannotListen(absl::string_view address, absl::string_view field, int problem) {
  absl::string_view cause;
  switch (problem) {
    case EADDRINUSE:
      cause = ": another process has the port; stop it";
      break;
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
      cause = ": the address is not this host's; write one that is";
      break;
    case EACCES:
    case EPERM:
      cause =
          ": this process may not have the port; below 1024 (net.ipv4.ip_unprivileged_port_start) "
          "it takes root or CAP_NET_BIND_SERVICE; grant that";
      break;
    default:
      break;
  }
  return Unavailable(Reason::kConfigInvalid,
                     absl::StrCat("Cannot listen on ", address, " (", std::strerror(problem), ")",
                                  cause, cause.empty() ? "; change " : ", or change ", field));
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
    return CannotListen(address, field, "its port is not a number from 0 to 65535");
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

// Bound, and not listening yet. Empty with errno when that fails. Never SO_REUSEPORT, with which a
// second server would share the port in silence.
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
      bind(made.get(), address.ai_addr, address.ai_addrlen) != 0) {
    const int problem = errno;
    made.Reset();
    errno = problem;
  }
  return made;
}

Descriptor ListenOn(const addrinfo& address) {
  Descriptor made = BindOne(address);
  if (made.valid() && listen(made.get(), kBacklog) != 0) {
    const int problem = errno;
    made.Reset();
    errno = problem;
  }
  return made;
}

// A host name may have an address of a family that this machine does not speak, but a port that
// someone else has is never shared.
bool MayBeLeftOut(int problem) { return problem == EADDRNOTAVAIL || problem == EAFNOSUPPORT; }

// Where it is bound; IPv4 addresses as IPv6 has them.
struct Bound {
  in6_addr host = {};
  uint16_t port = 0;
  bool is_ipv4 = false;

  explicit Bound(const addrinfo& address) {
    is_ipv4 = address.ai_family == AF_INET;
    if (is_ipv4) {
      const auto& v4 = *reinterpret_cast<const sockaddr_in*>(address.ai_addr);
      port = v4.sin_port;
      host.s6_addr[10] = host.s6_addr[11] = 0xff;
      std::memcpy(&host.s6_addr[12], &v4.sin_addr, sizeof(v4.sin_addr));
    } else {
      const auto& v6 = *reinterpret_cast<const sockaddr_in6*>(address.ai_addr);
      port = v6.sin6_port;
      host = v6.sin6_addr;
    }
  }

  // [::] takes IPv4 as well.
  bool TakesAllOf(const Bound& other) const {
    static constexpr in6_addr kAny = IN6ADDR_ANY_INIT;
    static constexpr unsigned char kNone[4] = {};
    if (is_ipv4) {
      return other.is_ipv4 && std::memcmp(&host.s6_addr[12], kNone, sizeof(kNone)) == 0;
    }
    return std::memcmp(&host, &kAny, sizeof(kAny)) == 0;
  }
  bool Meets(const Bound& other) const {
    return port != 0 && port == other.port &&
           (TakesAllOf(other) || other.TakesAllOf(*this) ||
            std::memcmp(&host, &other.host, sizeof(host)) == 0);
  }
};

std::vector<Bound> BoundOf(const Addresses& addresses) {
  std::vector<Bound> bound;
  for (const addrinfo* one = addresses.get(); one != nullptr; one = one->ai_next) {
    if (one->ai_family == AF_INET || one->ai_family == AF_INET6) {
      bound.emplace_back(*one);
    }
  }
  return bound;
}

}  // namespace

absl::Status CheckAddress(absl::string_view address, absl::string_view field) {
  FLEETCA_ASSIGN_OR_RETURN(const Addresses addresses, Resolve(address, field));
  bool any = false;
  int problem = EADDRNOTAVAIL;
  for (const addrinfo* one = addresses.get(); one != nullptr; one = one->ai_next) {
    if (one->ai_family != AF_INET && one->ai_family != AF_INET6) {
      continue;
    }
    // A server that starts meanwhile can bind it as well, as this does not listen.
    if (BindOne(*one).valid() || errno == EADDRINUSE) {
      any = true;
      continue;
    }
    problem = errno;
    if (!MayBeLeftOut(problem)) {
      return CannotListen(address, field, problem);
    }
  }
  return any ? absl::OkStatus() : CannotListen(address, field, problem);
}

absl::Status CheckApart(absl::string_view address, absl::string_view field, absl::string_view other,
                        absl::string_view other_field) {
  FLEETCA_ASSIGN_OR_RETURN(const Addresses addresses, Resolve(address, field));
  FLEETCA_ASSIGN_OR_RETURN(const Addresses others, Resolve(other, other_field));
  for (const Bound& one : BoundOf(addresses)) {
    for (const Bound& two : BoundOf(others)) {
      if (one.Meets(two)) {
        return InvalidArgument(
            Reason::kConfigInvalid, field,
            absl::StrCat(field, " is ", address, ", which is, or takes in, ", other_field, " (",
                         other, "); give it a port of its own"));
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<ListeningSockets> Listen(absl::string_view address, absl::string_view field) {
  FLEETCA_ASSIGN_OR_RETURN(const Addresses addresses, Resolve(address, field));
  ListeningSockets made;
  int problem = 0;
  for (addrinfo* one = addresses.get(); one != nullptr; one = one->ai_next) {
    if (one->ai_family != AF_INET && one->ai_family != AF_INET6) {
      continue;
    }
    if (made.port != 0) {
      SetPort(made.port, one);
    }
    Descriptor bound = ListenOn(*one);
    if (bound.valid()) {
      made.port = BoundPort(bound.get());
      made.sockets.push_back(std::move(bound));
      continue;
    }
    problem = errno;
    if (!MayBeLeftOut(problem)) {
      return CannotListen(address, field, problem);
    }
  }
  if (made.sockets.empty() || made.port == 0) {
    return problem == 0 ? CannotListen(address, field, "the host has no address")
                        : CannotListen(address, field, problem);
  }
  return made;
}

}  // namespace fleetca::service
