#include "x509/renewal_window.h"

#include <algorithm>

#include "base/time_rounding.h"

namespace fleetca::x509 {

TimeWindow UsualWindow(absl::Time not_before, absl::Time not_after) {
  const absl::Duration validity = not_after - not_before;
  const absl::Time start = FloorToSecond(not_before + validity * 0.5);
  return {start, std::max(start + kShortestWindow, FloorToSecond(not_before + validity * 0.75))};
}

}  // namespace fleetca::x509
