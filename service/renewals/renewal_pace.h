// How the turns of early renewals are paced.
#ifndef FLEETCA_SERVICE_RENEWALS_RENEWAL_PACE_H_
#define FLEETCA_SERVICE_RENEWALS_RENEWAL_PACE_H_

#include <cstdint>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "service/renewals/renewal_window.h"
#include "store/early_renewal.h"

namespace fleetca::service {

struct RenewalPace {
  // 1 or more.
  uint32_t max_per_second = 100;
  // For how long an answer about a window is good, and so how long it takes until the fleet has
  // heard of an order.
  absl::Duration retry_after = absl::Hours(6);
};

// Between which seconds the turns of an order for so many certificates come, which is made now.
// They begin when everybody has heard of it, `retry_after` from now on, or when those of the orders
// before have passed. Were they to begin at once, whoever hears late would find his turn past and
// renew beside those whose turn it is then: up to twice the rate (renewal_pace_test.cc).
TimeWindow TurnsOf(uint64_t certificates, absl::Time now,
                   absl::Span<const store::EarlyRenewal> others, const RenewalPace& pace);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RENEWALS_RENEWAL_PACE_H_
