// Times and durations in whole seconds and hours.
#ifndef FLEETCA_BASE_TIME_ROUNDING_H_
#define FLEETCA_BASE_TIME_ROUNDING_H_

#include <cstdint>

#include "absl/time/time.h"

namespace fleetca {

// The second that `time` lies in, which is as much as a certificate can say. For finite times.
absl::Time FloorToSecond(absl::Time time);

// The first whole second that is not before `time`. For finite times.
absl::Time CeilToSecond(absl::Time time);

// Hours from 1970 to the first whole hour that is not before `time`; negative before 1970. An
// infinite time gives the largest or the smallest number.
int64_t HoursRoundedUp(absl::Time time);

// Whether the duration has no fraction of a second.
bool IsWholeSeconds(absl::Duration duration);

}  // namespace fleetca

#endif  // FLEETCA_BASE_TIME_ROUNDING_H_
