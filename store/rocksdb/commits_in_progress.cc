#include "store/rocksdb/commits_in_progress.h"

namespace fleetca::store {
namespace {

// Both are in order. Which certificate of a commit has a key does not matter here.
bool ShareAKey(const CommitKeys& a, const CommitKeys& b) {
  auto in_a = a.begin();
  auto in_b = b.begin();
  while (in_a != a.end() && in_b != b.end()) {
    if (in_a->SameAs(*in_b)) {
      return true;
    }
    if (*in_a < *in_b) {
      ++in_a;
    } else {
      ++in_b;
    }
  }
  return false;
}

}  // namespace

CommitsInProgress::Turn::Turn(CommitsInProgress& commits, const CommitKeys& keys)
    : commits_(commits), keys_(keys) {
  if (keys_.empty()) {
    return;
  }
  absl::MutexLock lock(&commits_.mutex_);
  place_ = commits_.commits_.insert(commits_.commits_.end(), &keys_);
  commits_.mutex_.Await(absl::Condition(
      +[](Turn* turn) ABSL_NO_THREAD_SAFETY_ANALYSIS { return turn->HasCome(); }, this));
}

CommitsInProgress::Turn::~Turn() {
  if (keys_.empty()) {
    return;
  }
  absl::MutexLock lock(&commits_.mutex_);
  commits_.commits_.erase(place_);
}

bool CommitsInProgress::Turn::HasCome() const {
  for (auto earlier = commits_.commits_.begin(); earlier != place_; ++earlier) {
    if (ShareAKey(**earlier, keys_)) {
      return false;
    }
  }
  return true;
}

}  // namespace fleetca::store
