#include "service/edge/listener/caller_calls.h"

#include <algorithm>

namespace fleetca::service {

bool CallerCalls::Arrive() {
  const int64_t most = std::min(kMostOpen + kMostOpenOfAConnection * connections(), kMostOpenInAll);
  if (open_.fetch_add(1, std::memory_order_relaxed) >= most) {
    Decrease(open_, 1);
    refused_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  return true;
}

void CallerCalls::ForgetWaitingSince(absl::Time since) {
  if (admitted_ns_.load(std::memory_order_relaxed) < absl::ToUnixNanos(since)) {
    waiting_.store(0, std::memory_order_relaxed);
  }
}

// Never below zero: what was forgiven may end yet.
void CallerCalls::Decrease(std::atomic<int64_t>& count, int64_t by) {
  int64_t now = count.load(std::memory_order_relaxed);
  while (now > 0 && !count.compare_exchange_weak(now, std::max<int64_t>(0, now - by),
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

std::shared_ptr<CallerCalls> CallerTable::Arrive(absl::string_view caller) {
  std::shared_ptr<CallerCalls> calls = Of(caller);
  if (calls->Arrive()) {
    return calls;
  }
  if (calls->refused() == CallerCalls::kFlood + 1) {
    alarm_();
  }
  return nullptr;
}

CallerTable::Notable CallerTable::Look(absl::Time now, absl::Duration message_timeout) {
  forgiven_until_ = std::max(forgiven_until_, now - absl::Seconds(60));
  const int64_t calls = std::max<int64_t>(0, (now - forgiven_until_) / kForgivenAfter);
  forgiven_until_ += calls * kForgivenAfter;
  Notable notable;
  absl::WriterMutexLock lock(&mutex_);
  for (auto one = callers_.begin(); one != callers_.end();) {
    const auto here = one++;
    CallerCalls& of_caller = *here->second;
    of_caller.Forgive(calls);
    of_caller.ForgetWaitingSince(now - message_timeout);
    if (of_caller.TakeRefused() > CallerCalls::kFlood) {
      notable.flooding.insert(here->first);
    }
    if (of_caller.waiting() > 0) {
      notable.waiting.insert(here->first);
    }
    // Nobody takes a new hold meanwhile: that needs the lock.
    if (here->second.use_count() == 1 && of_caller.open() == 0) {
      callers_.erase(here);
    }
  }
  return notable;
}

size_t CallerTable::size() const {
  absl::ReaderMutexLock lock(&mutex_);
  return callers_.size();
}

}  // namespace fleetca::service
