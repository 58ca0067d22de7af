#include "service/renewals/renewal_pace.h"

#include <algorithm>

#include "base/time_rounding.h"

namespace fleetca::service {

TimeWindow TurnsOf(uint64_t certificates, absl::Time now,
                   absl::Span<const store::EarlyRenewal> others, const RenewalPace& pace) {
  absl::Time first = now + pace.retry_after;
  for (const store::EarlyRenewal& other : others) {
    first = std::max(first, other.last_turn);
  }
  first = CeilToSecond(first);
  const uint64_t rate = std::max(1U, pace.max_per_second);
  const uint64_t seconds = std::max<uint64_t>(1, (certificates + rate - 1) / rate);
  return {first, first + absl::Seconds(static_cast<int64_t>(seconds))};
}

}  // namespace fleetca::service
