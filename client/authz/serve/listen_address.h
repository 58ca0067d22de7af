// Where a server listens, as a flag says it.
#ifndef FLEETCA_CLIENT_AUTHZ_SERVE_LISTEN_ADDRESS_H_
#define FLEETCA_CLIENT_AUTHZ_SERVE_LISTEN_ADDRESS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::client {

struct ListenAddress {
  // The path of a unix socket, or a numeric address and a port; port 0 is any that is free.
  std::string socket;
  std::string host;
  int port = 0;

  bool IsSocket() const { return !socket.empty(); }
  // "unix:/run/authz.sock", "127.0.0.1:9100", "[::1]:9100".
  std::string ToString() const;
};

// "unix:/run/authz.sock", "127.0.0.1:9100", "[::1]:9100" or "localhost:9100", which is 127.0.0.1.
// With `allow_remote` any other numeric address too. INVALID_ARGUMENT kConfigInvalid, the field
// being `flag`.
absl::StatusOr<ListenAddress> ParseListenAddress(absl::string_view text, bool allow_remote,
                                                 absl::string_view flag);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_SERVE_LISTEN_ADDRESS_H_
