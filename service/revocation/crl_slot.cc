#include "service/revocation/crl_slot.h"

#include <algorithm>

namespace fleetca::service {

absl::Time CrlSlot::DueAt(const CrlSchedule& schedule) const {
  const absl::Time changed = changed_at + schedule.delay;
  if (published == nullptr && !too_large) {
    return try_from;
  }
  const absl::Time since = too_large ? attempted_at : published->this_update;
  return std::max(std::min(changed, since + schedule.refresh), try_from);
}

void CrlSlot::NoteChange(absl::Time now) { changed_at = std::min(changed_at, now); }

void CrlSlot::NoteTime(absl::Time now, const CrlSchedule& schedule) {
  if (changed_at < absl::InfiniteFuture()) {
    changed_at = std::min(changed_at, now);
  }
  try_from = std::min(try_from, now + schedule.retry);
  attempted_at = std::min(attempted_at, now);
}

}  // namespace fleetca::service
