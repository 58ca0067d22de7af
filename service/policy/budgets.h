// Rate budgets: how many certificates each requester may still ask for.
#ifndef FLEETCA_SERVICE_POLICY_BUDGETS_H_
#define FLEETCA_SERVICE_POLICY_BUDGETS_H_

#include <cstddef>
#include <list>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
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
// not asked for the longest time is forgotten; if that requester comes back, its bucket is full
// again, so it gains one burst at most. A clock that steps back empties the bucket at worst. A
// changed budget applies at once, also to what was spent before. Thread-safe.
class Budgets {
 public:
  // `clock` must outlive this.
  Budgets(const Clock* clock, const BudgetsOptions& options);
  Budgets(const Budgets&) = delete;
  Budgets& operator=(const Budgets&) = delete;

  // One certificate that was taken from a bucket and is not issued yet. It goes back unless it is
  // spent, so that what ends without a certificate costs nothing however it ends. The budgets
  // outlive it.
  class Claim {
   public:
    Claim(Claim&& other) noexcept
        : budgets_(std::exchange(other.budgets_, nullptr)),
          requester_(std::move(other.requester_)),
          each_(other.each_) {}
    Claim& operator=(Claim&&) = delete;
    ~Claim() {
      if (budgets_ != nullptr) {
        budgets_->GiveBack(requester_, each_);
      }
    }

    // The certificate was issued.
    void Spend() && { budgets_ = nullptr; }

   private:
    friend class Budgets;
    Claim(Budgets* budgets, absl::string_view requester, absl::Duration each)
        : budgets_(budgets), requester_(requester), each_(each) {}

    Budgets* budgets_;
    std::string requester_;
    absl::Duration each_;
  };

  // Takes one certificate from the bucket of `requester`. RESOURCE_EXHAUSTED kBudgetExhausted when
  // it is empty, with a sentence and a retry delay (base/errors.h) that say how long to wait. What
  // was refused costs nothing. `shown` is what the sentence calls the requester.
  absl::StatusOr<Claim> Take(absl::string_view requester, const Budget& budget,
                             absl::string_view shown);
  absl::StatusOr<Claim> Take(absl::string_view requester, const Budget& budget) {
    return Take(requester, budget, requester);
  }

  size_t requesters() const;

 private:
  // A bucket is known by the time at which it is full again; one that is full by now is as good as
  // none.
  struct Bucket {
    std::string requester;
    absl::Time full_at = absl::InfinitePast();
  };
  using Buckets = std::list<Bucket>;

  void GiveBack(absl::string_view requester, absl::Duration each) ABSL_LOCKS_EXCLUDED(mutex_);
  Bucket& FindOrAdd(absl::string_view requester) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock& clock_;
  const size_t max_requesters_;
  mutable absl::Mutex mutex_;
  Buckets buckets_ ABSL_GUARDED_BY(mutex_);  // who asked last is first
  absl::flat_hash_map<absl::string_view, Buckets::iterator> by_requester_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_BUDGETS_H_
