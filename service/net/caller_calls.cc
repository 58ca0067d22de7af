#include "service/net/caller_calls.h"

#include <algorithm>

namespace fleetca::service {

bool CallerCalls::Arrive() {
  const int64_t most = std::min(kMost + kMostOfAConnection * connections(), kMostInAll);
  if (debts_.fetch_add(1, std::memory_order_relaxed) + open() >= most) {
    Forgive(1);
    refused_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  return true;
}

// Never below zero: what was forgiven may begin yet.
void CallerCalls::Forgive(int64_t calls) {
  int64_t now = debts();
  while (now > 0 && !debts_.compare_exchange_weak(now, std::max<int64_t>(0, now - calls),
                                                  std::memory_order_relaxed)) {
  }
}

std::shared_ptr<CallerCalls> CallerTable::Of(absl::string_view caller) {
  {
    absl::ReaderMutexLock lock(&mutex_);
    const auto found = callers_.find(caller);
    if (found != callers_.end()) {
      return found->second;
    }
  }
  absl::WriterMutexLock lock(&mutex_);
  std::shared_ptr<CallerCalls>& calls = callers_[caller];
  if (calls == nullptr) {
    calls = std::make_shared<CallerCalls>();
  }
  return calls;
}

bool CallerTable::Arrive(absl::string_view caller) {
  const std::shared_ptr<CallerCalls> calls = Of(caller);
  if (calls->Arrive()) {
    return true;
  }
  if (calls->refused() == CallerCalls::kFlood + 1) {
    alarm_();
  }
  return false;
}

absl::flat_hash_set<std::string> CallerTable::Look(absl::Time now) {
  forgiven_until_ = std::max(forgiven_until_, now - absl::Seconds(60));
  const int64_t calls = std::max<int64_t>(0, (now - forgiven_until_) / kForgivenAfter);
  forgiven_until_ += calls * kForgivenAfter;
  absl::flat_hash_set<std::string> flooding;
  absl::WriterMutexLock lock(&mutex_);
  for (auto one = callers_.begin(); one != callers_.end();) {
    const auto here = one++;
    CallerCalls& of_caller = *here->second;
    of_caller.Forgive(calls);
    if (of_caller.TakeRefused() > CallerCalls::kFlood) {
      flooding.insert(here->first);
    }
    // Nobody takes a new hold meanwhile: that needs the lock.
    if (here->second.use_count() == 1 && of_caller.debts() == 0) {
      callers_.erase(here);
    }
  }
  return flooding;
}

size_t CallerTable::size() const {
  absl::ReaderMutexLock lock(&mutex_);
  return callers_.size();
}

}  // namespace fleetca::service
