// One CRL of an issuing CA over time: when the next one is due.
#ifndef FLEETCA_SERVICE_REVOCATION_CRL_SLOT_H_
#define FLEETCA_SERVICE_REVOCATION_CRL_SLOT_H_

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/revocation/crl_build.h"
#include "service/revocation/published_crl.h"
#include "store/crl_state.h"

namespace fleetca::service {

struct CrlSchedule {
  // From when a revocation is seen until the CRL with it is made.
  absl::Duration delay = absl::Seconds(60);
  // From thisUpdate until a new CRL is made where nothing was revoked.
  absl::Duration refresh = absl::Hours(12);
  // After a failure.
  absl::Duration retry = absl::Seconds(10);
};

// Thread-compatible.
struct CrlSlot {
  // From when on the next CRL is to be made; the infinite future where that is not needed.
  absl::Time DueAt(const CrlSchedule& schedule) const;
  // That something changed which the CRL does not know yet.
  void NoteChange(absl::Time now);
  // The clock may have been set back by a little; nothing must wait for longer because of that.
  void NoteTime(absl::Time now, const CrlSchedule& schedule);

  store::CrlId id;
  // The last that the store knows.
  std::optional<store::CrlState> last;
  std::shared_ptr<const PublishedCrl> published;
  CrlAppearance appeared;  // in `published`
  // The first change that is not in `published`.
  absl::Time changed_at = absl::InfiniteFuture();
  // Why the last attempt failed, and when the next is made.
  absl::Status failure;
  absl::Time try_from = absl::InfinitePast();
  // There were too many revocations at the last attempt, which was at `attempted_at`.
  bool too_large = false;
  absl::Time attempted_at = absl::InfinitePast();
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_REVOCATION_CRL_SLOT_H_
