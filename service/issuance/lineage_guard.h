// What becomes of callers whose certificate is a copy, or belongs to a line that is blocked.
#ifndef FLEETCA_SERVICE_ISSUANCE_LINEAGE_GUARD_H_
#define FLEETCA_SERVICE_ISSUANCE_LINEAGE_GUARD_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/log_limiter.h"
#include "service/caller/caller.h"
#include "service/issuance/issuance_item.h"
#include "service/issuance/issuer_stats.h"
#include "store/lineage.h"
#include "store/store.h"

namespace fleetca::service {

// Counts and logs what it refuses. Thread-safe; the store and the stats outlive it.
class LineageGuard {
 public:
  // A renewal that the store refused as stale, and how far its lineage is.
  struct Stale {
    const IssuanceItem* item;
    const store::LineageState* newest;
  };

  LineageGuard(store::Store& store, IssuerStats& stats) : store_(store), stats_(stats) {}
  LineageGuard(const LineageGuard&) = delete;
  LineageGuard& operator=(const LineageGuard&) = delete;

  // Looks at the callers of one batch, in its order: one look-up for all that one call asks.
  class Batch {
   public:
    explicit Batch(LineageGuard& guard) : guard_(guard) {}

    // PERMISSION_DENIED kLineageBlocked where the caller's certificate is of a lineage that is
    // blocked, for whatever certificate it asks. The store's errors.
    absl::Status Check(const Issuance& issuance, absl::Time now);

   private:
    LineageGuard& guard_;
    // The caller that was asked about last, and the answer. Held, so that no other caller gets its
    // address.
    std::shared_ptr<const Caller> last_;
    absl::Status answer_;
  };

  // PERMISSION_DENIED kLineageStale, with an alarm in the log: two use the key of one instance.
  absl::Status RefuseStale(const Stale& stale, absl::Time now);

  // PERMISSION_DENIED kLineageBlocked.
  absl::Status RefuseBlocked(const Caller& caller, absl::Time now);

  // Blocks the lineages of those whose profile wants that. Durable when it returns. Where the store
  // does not take it, it says so in the log: the next one that is stale tries again.
  void BlockAsProfilesSay(absl::Span<const Stale> stale, absl::Time now);

 private:
  store::Store& store_;
  IssuerStats& stats_;
  log::Limiter stale_limiter_{10};
  log::Limiter blocked_limiter_{10};
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_LINEAGE_GUARD_H_
