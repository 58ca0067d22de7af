#include "service/revocation/renewable_certificates.h"

#include <algorithm>

#include "base/status_macros.h"
#include "store/lineage.h"

namespace fleetca::service {

absl::Duration LongestGrace(const RenewalGraces& graces) {
  absl::Duration longest = absl::ZeroDuration();
  for (const auto& [profile, grace] : graces) {
    longest = std::max(longest, grace);
  }
  return longest;
}

absl::StatusOr<bool> CanBeRenewedAfterItsEnd(const store::CertificateRecord& record,
                                             const RenewalGraces& graces, absl::Time now,
                                             const store::Store& store) {
  const auto grace = graces.find(record.profile);
  if (grace == graces.end() || now >= record.not_after + grace->second) {
    return false;
  }
  const std::string lineage = store::LineageOf(record);
  const absl::StatusOr<store::LineageState> state = store.GetLineage(lineage);
  if (absl::IsNotFound(state.status())) {
    // No step was made: its first certificate is the newest. One that is not the first is there
    // without the step that made it after a restore alone, or when the lineage was pruned.
    return true;
  }
  FLEETCA_RETURN_IF_ERROR(state.status());
  // What was restored, and when, only the store knows; the time before which one-use JWTs are
  // refused is that, or later.
  return record.serial == state->newest || record.serial == state->parent ||
         state->stepped_at < store.jwts_not_before();
}

}  // namespace fleetca::service
