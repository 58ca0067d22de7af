#include "client/agent/attempt_delay.h"

#include <algorithm>

#include "base/errors.h"

namespace fleetca::client {
namespace {

constexpr double kJitter = 0.5;
// The CA's own wait is a minimum, so its jitter only adds.
constexpr double kRetryInfoJitter = 0.1;
constexpr absl::Duration kLongestRetryInfo = absl::Hours(1);

}  // namespace

AttemptDelay DelayAfterOutage(absl::Duration life) {
  if (life <= absl::ZeroDuration()) {
    return {.first = absl::Seconds(1), .longest = absl::Minutes(1)};
  }
  return {.first = std::clamp(life / 100, absl::Milliseconds(200), absl::Seconds(5)),
          .longest = std::clamp(life / 20, absl::Seconds(1), absl::Minutes(10))};
}

AttemptDelay DelayAfterRefusal(absl::Duration life) {
  if (life <= absl::ZeroDuration()) {
    return {.first = absl::Seconds(10), .longest = absl::Minutes(10)};
  }
  return {.first = std::clamp(life / 20, absl::Seconds(1), absl::Minutes(1)),
          .longest = std::clamp(life / 4, absl::Seconds(5), absl::Hours(1))};
}

absl::Duration WantedWait(const absl::Status& status) {
  return std::min(GetRetryDelay(status).value_or(absl::ZeroDuration()), kLongestRetryInfo);
}

absl::Duration WaitAfter(const absl::Status& status, const AttemptDelay& delay, int failures,
                         double fraction) {
  absl::Duration wait = delay.first;
  for (int i = 1; i < failures && wait < delay.longest; ++i) {
    wait *= 2;
  }
  wait = std::min(wait, delay.longest) * (1.0 - kJitter * fraction);
  return std::max(wait, WantedWait(status) * (1.0 + kRetryInfoJitter * fraction));
}

}  // namespace fleetca::client
