#include "client/agent/maintenance_windows.h"

#include <algorithm>

namespace fleetca::client {
namespace {

constexpr absl::Duration kWeek = absl::Hours(7 * 24);

// Since Monday 00:00 UTC; less than a week.
absl::Duration InTheWeek(absl::Time time) {
  static const absl::Time kSomeMonday =
      absl::FromCivil(absl::CivilDay(2024, 1, 1), absl::UTCTimeZone());
  absl::Duration offset;
  absl::IDivDuration(time - kSomeMonday, kWeek, &offset);
  return offset < absl::ZeroDuration() ? offset + kWeek : offset;
}

// How long from `offset` until the span begins; zero within it.
absl::Duration Until(const MaintenanceWindows::Span& span, absl::Duration offset) {
  const auto& [from, to] = span;
  // It may have begun in the week before.
  for (const absl::Duration in_this_week : {offset, offset + kWeek}) {
    if (in_this_week >= from && in_this_week < to) {
      return absl::ZeroDuration();
    }
  }
  return from > offset ? from - offset : from + kWeek - offset;
}

}  // namespace

bool MaintenanceWindows::Allows(absl::Time time) const { return FirstFrom(time) == time; }

absl::Time MaintenanceWindows::FirstFrom(absl::Time time) const {
  if (spans_.empty()) {
    return time;
  }
  const absl::Duration offset = InTheWeek(time);
  absl::Duration shortest = kWeek;
  for (const Span& span : spans_) {
    shortest = std::min(shortest, Until(span, offset));
  }
  return time + shortest;
}

}  // namespace fleetca::client
