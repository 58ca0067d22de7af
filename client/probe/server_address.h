// Where a TLS server is, as people write it.
#ifndef FLEETCA_CLIENT_PROBE_SERVER_ADDRESS_H_
#define FLEETCA_CLIENT_PROBE_SERVER_ADDRESS_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace fleetca::client {

struct ServerAddress {
  std::string host;  // a name or an address, without brackets
  std::string port;  // digits

  // "web.fleet.example:443", "[::1]:443".
  std::string Text() const;
};

// "web.fleet.example:443", "10.0.0.1:443", "[::1]:443", and
// "https://web.fleet.example/orders?all=1", whose port is 443 where it names none. nullopt for
// anything else: a path, a URL of another scheme or with a user in it, a port that is none.
// Thread-safe.
[[nodiscard]] std::optional<ServerAddress> ParseServerAddress(absl::string_view text);

// Whether the host is an IP address, v4 or v6, which no server is told as its name (RFC 6066).
bool IsIpAddress(const std::string& host);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_PROBE_SERVER_ADDRESS_H_
