// Rate budgets: how many certificates each requester may still ask for.
#ifndef FLEETCA_SERVICE_POLICY_BUDGETS_H_
#define FLEETCA_SERVICE_POLICY_BUDGETS_H_

#include <cstddef>
#include <list>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "service/policy/policy_options.h"

namespace fleetca::service {

struct BudgetsOptions {
  // Requesters that are remembered, about 200 bytes each. At least 4096; less counts as that.
  size_t max_requesters = 65536;
};

// A token bucket a requester: it holds a budget's certificates, is full at first, and fills again
// evenly in the budget's period. When too many requesters are to be remembered, the one that has
// not asked for the longest time is forgotten; should it come back, its bucket is full again, so
// being forgotten is worth one burst at the most. A clock that steps back empties the bucket at
// worst. A budget that changes holds at once, for what was spent already too. Thread-safe.
class Budgets {
 public:
  // `clock` must outlive this.
  Budgets(const Clock* clock, const BudgetsOptions& options);
  Budgets(const Budgets&) = delete;
  Budgets& operator=(const Budgets&) = delete;

  // Takes one certificate from the bucket of `requester`. RESOURCE_EXHAUSTED kBudgetExhausted when
  // it is empty, with a sentence and a retry delay (base/errors.h) that say how long to wait. What
  // was refused costs nothing.
  absl::Status Spend(absl::string_view requester, const Budget& budget);

  size_t requesters() const;

 private:
  // A bucket is known by the time at which it is full again; one that is full by now is as good as
  // none.
  struct Bucket {
    std::string requester;
    absl::Time full_at = absl::InfinitePast();
  };
  using Buckets = std::list<Bucket>;

  Bucket& FindOrAdd(absl::string_view requester) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock& clock_;
  const size_t max_requesters_;
  mutable absl::Mutex mutex_;
  Buckets buckets_ ABSL_GUARDED_BY(mutex_);  // who asked last is first
  absl::flat_hash_map<absl::string_view, Buckets::iterator> by_requester_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_BUDGETS_H_
