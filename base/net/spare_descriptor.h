// How accepting survives a process that has no descriptors left.
#ifndef FLEETCA_BASE_NET_SPARE_DESCRIPTOR_H_
#define FLEETCA_BASE_NET_SPARE_DESCRIPTOR_H_

#include "base/descriptor.h"

namespace fleetca {

// A descriptor that is kept open until accept(2) fails with EMFILE or ENFILE: a connection that
// cannot be accepted stays in the listener's queue, which then reports it again and again. Closing
// the spare descriptor for a moment lets the caller accept the connection and close it.
// Thread-compatible.
class SpareDescriptor {
 public:
  SpareDescriptor() { Refill(); }

  // Closes the spare descriptor, accepts a connection that waits on `socket`, closes the connection
  // and opens a spare descriptor again. False when there was no spare descriptor, or no connection
  // was accepted: the caller should wait a little.
  [[nodiscard]] bool DropOne(int socket);

 private:
  void Refill();

  Descriptor spare_;
};

}  // namespace fleetca

#endif  // FLEETCA_BASE_NET_SPARE_DESCRIPTOR_H_
