#include "service/time/store_pruner.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/steady_time.h"

namespace fleetca::service {

absl::Status PruneStore(const ClockRule& rule, store::Store& store, absl::Duration retention,
                        const PruneLimit& limit) {
  FLEETCA_ASSIGN_OR_RETURN(const absl::Time now, rule.Now());
  absl::Time before = std::min(now, store.latest_time()) - std::max(retention, kMinRetention);
  if (limit != nullptr) {
    FLEETCA_ASSIGN_OR_RETURN(const absl::Time not_needed_before, limit(before));
    before = std::min(before, not_needed_before);
  }
  return store.Prune(before);
}

absl::StatusOr<std::unique_ptr<StorePruner>> StorePruner::Start(const ClockRule& rule,
                                                                store::Store& store,
                                                                absl::Duration retention,
                                                                PruneLimit limit,
                                                                absl::Duration interval) {
  auto pruner = absl::WrapUnique(new StorePruner(rule, store, retention, std::move(limit)));
  FLEETCA_ASSIGN_OR_RETURN(pruner->work_,
                           RepeatedWork::Start("pruner", interval, [self = pruner.get()] {
                             self->PruneOnce();
                             return false;
                           }));
  return pruner;
}

void StorePruner::PruneOnce() {
  const absl::Status status = PruneStore(rule_, store_, retention_, limit_);
  uint64_t suppressed = 0;
  if (!status.ok() && failures_.Allow(SteadyTime(), &suppressed)) {
    log::Warning("Certificates that expired long ago stay in the store",
                 {{"error", status.message()}, {"lines_suppressed", suppressed}});
  }
}

}  // namespace fleetca::service
