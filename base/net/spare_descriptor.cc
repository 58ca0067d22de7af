#include "base/net/spare_descriptor.h"

#include <fcntl.h>
#include <sys/socket.h>

namespace fleetca {

void SpareDescriptor::Refill() {
  if (!spare_.valid()) {
    spare_.Reset(open("/dev/null", O_RDONLY | O_CLOEXEC));
  }
}

bool SpareDescriptor::DropOne(int socket) {
  spare_.Reset();
  // Another thread may take the descriptor first; then this fails, and the next call tries again.
  Descriptor dropped(accept4(socket, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  const bool accepted = dropped.valid();
  dropped.Reset();
  Refill();
  return accepted;
}

}  // namespace fleetca
