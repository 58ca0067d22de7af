// The other end of a TCP connection, in the two forms in which it is met.
#ifndef FLEETCA_SERVICE_NET_PEER_ADDRESS_H_
#define FLEETCA_SERVICE_NET_PEER_ADDRESS_H_

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace fleetca::service {

// An IP address and a port. IPv4 is kept as IPv4-mapped IPv6 (RFC 4291 section 2.5.5.2), as a
// listener on [::] sees it; zones of link-local addresses are left out. A value.
struct PeerAddress {
  using Ip = std::array<uint8_t, 16>;

  Ip ip = {};
  uint16_t port = 0;

  // Empty for what is neither IPv4 nor IPv6.
  [[nodiscard]] static std::optional<PeerAddress> FromSocket(const sockaddr_storage& address);

  // As ServerContext::peer() writes it: "ipv4:127.0.0.1:50000", "ipv6:%5B::1%5D:50000".
  [[nodiscard]] static std::optional<PeerAddress> FromGrpc(absl::string_view peer);

  bool IsLoopback() const;

  // "127.0.0.1:50000", "[::1]:50000".
  std::string ToString() const;
  // The same without the port and brackets.
  std::string IpToString() const;

  friend bool operator==(const PeerAddress& a, const PeerAddress& b) {
    return a.port == b.port && a.ip == b.ip;
  }

  template <typename H>
  friend H AbslHashValue(H hash, const PeerAddress& address) {
    return H::combine(std::move(hash), address.ip, address.port);
  }
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_NET_PEER_ADDRESS_H_
