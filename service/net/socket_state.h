// What the kernel says about a TCP connection.
#ifndef FLEETCA_SERVICE_NET_SOCKET_STATE_H_
#define FLEETCA_SERVICE_NET_SOCKET_STATE_H_

#include <cstdint>
#include <optional>

namespace fleetca::service {

struct SocketState {
  uint64_t bytes_received = 0;  // of the stream, those included that nobody has read yet
  bool open = false;            // false once this side has ended it, or both have
};

// By TCP_INFO (tcp(7)). Empty when `socket` has none.
[[nodiscard]] std::optional<SocketState> ReadSocketState(int socket);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_NET_SOCKET_STATE_H_
