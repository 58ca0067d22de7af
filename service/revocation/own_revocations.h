// How many of its own certificates an identity may revoke without a right.
#ifndef FLEETCA_SERVICE_REVOCATION_OWN_REVOCATIONS_H_
#define FLEETCA_SERVICE_REVOCATION_OWN_REVOCATIONS_H_

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace fleetca::service {

// A revocation stays in CRLs, in the feed and in every verifier's memory until its certificate has
// expired, and a verifier that is told of too many follows no more. So whoever gets itself a
// certificate, revokes it, and begins again must come to an end: an identity has kAtOnce, which is
// enough for a service whose instances all stop, and one more every kEvery. Thread-safe.
class OwnRevocations {
 public:
  static constexpr int kAtOnce = 1000;
  static constexpr absl::Duration kEvery = absl::Seconds(5);

  // Takes one. RESOURCE_EXHAUSTED kBudgetExhausted, with the delay until there is one again. `now`
  // is a SteadyTime.
  absl::Status Take(absl::string_view identity, absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // When an identity will have all again: one is left as long as that is less than kAtOnce times
  // kEvery ahead.
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, absl::Time> full_at_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_REVOCATION_OWN_REVOCATIONS_H_
