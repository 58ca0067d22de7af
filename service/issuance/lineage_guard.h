// What becomes of callers whose certificate is a copy, or belongs to a line that is blocked.
#ifndef FLEETCA_SERVICE_ISSUANCE_LINEAGE_GUARD_H_
#define FLEETCA_SERVICE_ISSUANCE_LINEAGE_GUARD_H_

#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/log_limiter.h"
#include "service/caller/caller.h"
#include "service/issuance/issuance_item.h"
#include "service/issuance/issuer_stats.h"
#include "service/revocation/known_revocations.h"
#include "store/lineage.h"
#include "store/store.h"

namespace fleetca::service {

// Counts and logs what it refuses. Thread-safe; the store, the revocations and the stats outlive
// it.
class LineageGuard {
 public:
  // A renewal that the store refused as stale, and how far its lineage is.
  struct Stale {
    const IssuanceItem* item;
    const store::LineageState* newest;
  };

  // Without `revocations` none is known to be blocked. `learn` makes known what the store holds.
  LineageGuard(store::Store& store, const KnownRevocations* revocations,
               std::function<absl::Status()> learn, IssuerStats& stats)
      : store_(store), revocations_(revocations), learn_(std::move(learn)), stats_(stats) {}
  LineageGuard(const LineageGuard&) = delete;
  LineageGuard& operator=(const LineageGuard&) = delete;

  // PERMISSION_DENIED kLineageBlocked where the caller's certificate is of a lineage that is known
  // to be blocked, for whatever certificate it asks. Waits for nothing.
  absl::Status Check(const Caller& caller, absl::Time now);

  // PERMISSION_DENIED kLineageStale, with an alarm in the log: two use the key of one instance.
  absl::Status RefuseStale(const Stale& stale, absl::Time now);

  // PERMISSION_DENIED kLineageBlocked.
  absl::Status RefuseBlocked(const Caller& caller, absl::Time now);

  // Blocks the lineages of those whose profile wants that. The blocks are durable and in effect
  // when it returns. Where the store does not write, the log says so, and the next stale renewal of
  // the lineage tries again.
  void BlockAsProfilesSay(absl::Span<const Stale> stale, absl::Time now);

 private:
  store::Store& store_;
  const KnownRevocations* const revocations_;
  const std::function<absl::Status()> learn_;
  IssuerStats& stats_;
  log::Limiter stale_limiter_{10};
  log::Limiter blocked_limiter_{10};
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_LINEAGE_GUARD_H_
