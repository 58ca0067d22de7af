// What the machine knows of the time besides its clock.
#ifndef FLEETCA_SERVICE_TIME_WITNESS_H_
#define FLEETCA_SERVICE_TIME_WITNESS_H_

#include "absl/time/time.h"

namespace fleetca::service {

// Thread-safe.
class TimeWitness {
 public:
  virtual ~TimeWitness() = default;

  // How long the machine has been up, the time that it was suspended included. Nobody can set it.
  virtual absl::Duration Uptime() const = 0;

  // Whether the kernel says that its clock is kept by a time service, such as NTP, and shows `now`.
  virtual bool Vouches(absl::Time now) const = 0;

  // Linux's CLOCK_BOOTTIME and adjtimex(2); lives for ever.
  static const TimeWitness& System();
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_TIME_WITNESS_H_
