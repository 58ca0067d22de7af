#include "service/policy/budgets.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace fleetca::service {
namespace {

constexpr size_t kLeastRequesters = 4096;

absl::Status Exhausted(absl::string_view shown, const Budget& budget, absl::Duration wait) {
  // Rounded up, so that who waits as told does not come too early.
  return ResourceExhausted(
      Reason::kBudgetExhausted,
      absl::StrCat(shown, " has used up its budget of ", budget.certificates, " certificates per ",
                   absl::FormatDuration(budget.per), "; retry in ",
                   absl::FormatDuration(absl::Ceil(wait, absl::Milliseconds(1)))));
}

}  // namespace

Budgets::Budgets(const Clock* clock, const BudgetsOptions& options)
    : clock_(*clock), max_requesters_(std::max(options.max_requesters, kLeastRequesters)) {}

absl::StatusOr<Budgets::Claim> Budgets::Take(absl::string_view requester, const Budget& budget,
                                             absl::string_view shown) {
  const absl::Time now = clock_.Now();
  const absl::Duration each = budget.per / budget.certificates;
  absl::MutexLock lock(&mutex_);
  Bucket& bucket = FindOrAdd(requester);
  // Never emptier than empty: after a step back of the clock, or with a smaller budget.
  const absl::Time full_at = std::clamp(bucket.full_at, now, now + budget.per);
  // An empty bucket is full after the whole period. Division rounds down, so a bucket holds no less
  // than the budget; it does not hold more, as one more would overrun the period by all of `each`
  // but the rounding.
  const absl::Duration overrun = full_at + each - (now + budget.per);
  if (overrun > absl::ZeroDuration()) {
    return WithRetryDelay(Exhausted(shown, budget, overrun), overrun);
  }
  bucket.full_at = full_at + each;
  return Claim(this, requester, each);
}

// A requester that was forgotten meanwhile has nothing to get back: its bucket is full.
void Budgets::GiveBack(absl::string_view requester, absl::Duration each) {
  absl::MutexLock lock(&mutex_);
  const auto found = by_requester_.find(requester);
  if (found != by_requester_.end()) {
    found->second->full_at -= each;
  }
}

Budgets::Bucket& Budgets::FindOrAdd(absl::string_view requester) {
  const auto found = by_requester_.find(requester);
  if (found != by_requester_.end()) {
    buckets_.splice(buckets_.begin(), buckets_, found->second);
    return buckets_.front();
  }
  if (buckets_.size() >= max_requesters_) {
    by_requester_.erase(buckets_.back().requester);
    buckets_.pop_back();
  }
  buckets_.push_front({std::string(requester)});
  // The key is a view of the node's own text, which stays where it is.
  by_requester_.try_emplace(buckets_.front().requester, buckets_.begin());
  return buckets_.front();
}

size_t Budgets::requesters() const {
  absl::MutexLock lock(&mutex_);
  return buckets_.size();
}

}  // namespace fleetca::service
