// When a certificate should be renewed while nothing moves that time.
#ifndef FLEETCA_X509_RENEWAL_WINDOW_H_
#define FLEETCA_X509_RENEWAL_WINDOW_H_

#include "absl/time/time.h"

namespace fleetca::x509 {

// From `start` on and before `end`, both to the second; the end is after the start.
struct TimeWindow {
  absl::Time start;
  absl::Time end;

  friend bool operator==(const TimeWindow&, const TimeWindow&) = default;
};

// The shortest window.
inline constexpr absl::Duration kShortestWindow = absl::Seconds(1);

// The window while nothing moves it: from half to three quarters of the validity. The CA and those
// whom it cannot tell of its window go by the same. Thread-safe.
TimeWindow UsualWindow(absl::Time not_before, absl::Time not_after);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_RENEWAL_WINDOW_H_
