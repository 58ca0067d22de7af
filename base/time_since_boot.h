// A steady clock that goes on while the machine sleeps, for how old something is.
#ifndef FLEETCA_BASE_TIME_SINCE_BOOT_H_
#define FLEETCA_BASE_TIME_SINCE_BOOT_H_

#include <ctime>

#include "absl/time/time.h"

namespace fleetca {

// As SteadyTime (base/steady_time.h), which stands still during a suspend: what was 5 seconds old
// before the machine slept for an hour is as good as new by that one. Only differences between two
// results mean something. Costs as much as any other clock. Thread-safe.
inline absl::Time TimeSinceBoot() {
  timespec time{};
  clock_gettime(CLOCK_BOOTTIME, &time);
  return absl::TimeFromTimespec(time);
}

}  // namespace fleetca

#endif  // FLEETCA_BASE_TIME_SINCE_BOOT_H_
