#include "client/agent/sockets/push_timer.h"

#include <utility>

#include "absl/memory/memory.h"
#include "base/status_macros.h"
#include "base/steady_time.h"

namespace fleetca::client {

absl::StatusOr<std::unique_ptr<PushTimer>> PushTimer::Start() {
  auto timer = absl::WrapUnique(new PushTimer());
  FLEETCA_ASSIGN_OR_RETURN(timer->thread_,
                           Thread::Start("push", [self = timer.get()] { self->Run(); }));
  return timer;
}

PushTimer::~PushTimer() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.Signal();
  }
  thread_.Join();
}

void PushTimer::After(absl::Duration delay, std::function<void()> work) {
  absl::MutexLock lock(&mutex_);
  waiting_.emplace(SteadyTime() + delay, std::move(work));
  changed_.Signal();
}

void PushTimer::Run() {
  mutex_.Lock();
  while (!stopping_) {
    if (waiting_.empty()) {
      changed_.Wait(&mutex_);
      continue;
    }
    const absl::Duration left = waiting_.begin()->first - SteadyTime();
    if (left > absl::ZeroDuration()) {
      changed_.WaitWithTimeout(&mutex_, left);
      continue;
    }
    const std::function<void()> work = std::move(waiting_.extract(waiting_.begin()).mapped());
    mutex_.Unlock();
    work();
    mutex_.Lock();
  }
  mutex_.Unlock();
}

}  // namespace fleetca::client
