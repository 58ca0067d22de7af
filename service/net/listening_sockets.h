// The sockets that a port listens on.
#ifndef FLEETCA_SERVICE_NET_LISTENING_SOCKETS_H_
#define FLEETCA_SERVICE_NET_LISTENING_SOCKETS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/descriptor.h"

namespace fleetca::service {

struct ListeningSockets {
  std::vector<Descriptor> sockets;  // at least one; they do not block
  int port = 0;                     // of all of them
};

// Binds `address`, "HOST:PORT" with an IPv4 address, an IPv6 address in brackets or a host name,
// of which every address is bound, and listens. Port 0 takes a free one. [::] takes IPv4 as well.
// No other process can bind the port beside this one. UNAVAILABLE kConfigInvalid says what is in
// the way and names `field`, where the address was configured.
absl::StatusOr<ListeningSockets> Listen(absl::string_view address, absl::string_view field);

// Whether the host of `address` is known and is this machine's, and this user may have the port.
// A port that another process has is not an error: that process may be the server in question. The
// errors of Listen.
absl::Status CheckAddress(absl::string_view address, absl::string_view field);

// Whether both can be listened on at once. INVALID_ARGUMENT kConfigInvalid about `field` when they
// have an address and port in common, also where one of them is for every address of the machine;
// the errors of Listen for a host that is not known.
absl::Status CheckApart(absl::string_view address, absl::string_view field, absl::string_view other,
                        absl::string_view other_field);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_NET_LISTENING_SOCKETS_H_
