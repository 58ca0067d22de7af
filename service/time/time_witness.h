// What the machine knows of the time besides its clock.
#ifndef FLEETCA_SERVICE_TIME_TIME_WITNESS_H_
#define FLEETCA_SERVICE_TIME_TIME_WITNESS_H_

#include "absl/status/status.h"
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

  // FAILED_PRECONDITION kFilePermissions when the kernel may not be asked, so that it never
  // vouches: systemd's ProtectClock= and some filters of containers forbid even to look.
  virtual absl::Status CheckMayAsk() const { return absl::OkStatus(); }

  // Linux's CLOCK_BOOTTIME and adjtimex(2); lives for ever.
  static const TimeWitness& System();
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_TIME_TIME_WITNESS_H_
