// A host name's addresses, within a time limit.
#ifndef FLEETCA_CLIENT_PROBE_NAME_LOOKUP_H_
#define FLEETCA_CLIENT_PROBE_NAME_LOOKUP_H_

#include <sys/socket.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/probe/server_address.h"

namespace fleetca::client {

struct SocketAddress {
  sockaddr_storage storage = {};
  socklen_t size = 0;

  // "127.0.0.1:8443", "[::1]:8443".
  std::string Text() const;
};

// For TCP, in the order in which they are to be tried, at least one. UNAVAILABLE
// kServerUnreachable: the name does not resolve, and why, or nobody said within `limit`.
// Thread-safe.
absl::StatusOr<std::vector<SocketAddress>> LookUp(const ServerAddress& address,
                                                  absl::Duration limit);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_PROBE_NAME_LOOKUP_H_
