#include "service/net/socket_state.h"

// glibc's <netinet/tcp.h> has an older tcp_info, without the count of bytes.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstddef>

namespace fleetca::service {
namespace {

// tcpi_state, the numbers of <netinet/tcp.h>: in these the connection can still bring something.
constexpr uint8_t kEstablished = 1;
constexpr uint8_t kSynReceived = 3;
constexpr uint8_t kCloseWait = 8;

}  // namespace

std::optional<SocketState> ReadSocketState(int socket) {
  tcp_info info = {};
  socklen_t size = sizeof(info);
  if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 ||
      size < offsetof(tcp_info, tcpi_bytes_received) + sizeof(info.tcpi_bytes_received)) {
    return std::nullopt;
  }
  SocketState state;
  state.bytes_received = info.tcpi_bytes_received;
  state.open = info.tcpi_state == kEstablished || info.tcpi_state == kSynReceived ||
               info.tcpi_state == kCloseWait;
  return state;
}

}  // namespace fleetca::service
