#include "base/time_rounding.h"

#include <limits>

namespace fleetca {

absl::Time FloorToSecond(absl::Time time) {
  return absl::UnixEpoch() + absl::Floor(time - absl::UnixEpoch(), absl::Seconds(1));
}

absl::Time CeilToSecond(absl::Time time) {
  return absl::UnixEpoch() + absl::Ceil(time - absl::UnixEpoch(), absl::Seconds(1));
}

int64_t HoursRoundedUp(absl::Time time) {
  absl::Duration rest;
  const int64_t hours = absl::IDivDuration(time - absl::UnixEpoch(), absl::Hours(1), &rest);
  // Division truncates towards zero, which already rounds up what lies before 1970.
  return rest > absl::ZeroDuration() && hours < std::numeric_limits<int64_t>::max() ? hours + 1
                                                                                    : hours;
}

bool IsWholeSeconds(absl::Duration duration) {
  return duration == absl::Trunc(duration, absl::Seconds(1));
}

}  // namespace fleetca
