// How accepting survives a process that has no descriptors left.
#ifndef FLEETCA_SERVICE_NET_SPARE_DESCRIPTOR_H_
#define FLEETCA_SERVICE_NET_SPARE_DESCRIPTOR_H_

#include "base/descriptor.h"

namespace fleetca::service {

// A descriptor that is kept open for the day on which accept(2) says EMFILE or ENFILE: a connection
// that cannot be accepted stays in the listener's queue, which then reports it again and again.
// With the spare one given up for a moment the connection is accepted and closed instead.
// Thread-compatible.
class SpareDescriptor {
 public:
  SpareDescriptor() { Refill(); }

  // Gives the spare descriptor up, accepts what waits on `socket`, closes it and takes a spare one
  // again. False when there was no spare one, or nothing was accepted: the caller should wait a
  // little.
  [[nodiscard]] bool DropOne(int socket);

 private:
  void Refill();

  Descriptor spare_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_NET_SPARE_DESCRIPTOR_H_
