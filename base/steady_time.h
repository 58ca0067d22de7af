// A clock that nobody sets, for what is timed and not dated: deadlines, intervals, ages.
#ifndef FLEETCA_BASE_STEADY_TIME_H_
#define FLEETCA_BASE_STEADY_TIME_H_

#include <chrono>

#include "absl/time/time.h"

namespace fleetca {

// Goes on at its own pace when the wall clock is set. Only differences between two results mean
// something: the date of one is arbitrary. Thread-safe.
inline absl::Time SteadyTime() {
  return absl::UnixEpoch() + absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace fleetca

#endif  // FLEETCA_BASE_STEADY_TIME_H_
