#include "client/agent/daemon/step_schedule.h"

#include <algorithm>

#include "absl/memory/memory.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"

namespace fleetca::client {
namespace {

// How often the wall clock is looked at, whatever the kernel says of it.
constexpr absl::Duration kLongestWait = absl::Minutes(1);

}  // namespace

absl::StatusOr<std::unique_ptr<StepSchedule>> StepSchedule::Start(std::vector<Step> steps,
                                                                  size_t workers, Step tick) {
  FLEETCA_ASSIGN_OR_RETURN(WallTimer timer, WallTimer::Create());
  auto schedule =
      absl::WrapUnique(new StepSchedule(std::move(steps), std::move(tick), std::move(timer)));
  StepSchedule* const self = schedule.get();
  for (size_t i = 0; i < workers; ++i) {
    FLEETCA_ASSIGN_OR_RETURN(Thread thread, Thread::Start("agent-step", [self] { self->Work(); }));
    schedule->threads_.push_back(std::move(thread));
  }
  FLEETCA_ASSIGN_OR_RETURN(Thread thread, Thread::Start("agent-clock", [self] { self->Wait(); }));
  schedule->threads_.push_back(std::move(thread));
  return schedule;
}

StepSchedule::StepSchedule(std::vector<Step> steps, Step tick, WallTimer timer)
    : steps_(std::move(steps)), tick_(std::move(tick)), timer_(std::move(timer)) {
  for (size_t i = 0; i < steps_.size(); ++i) {
    ready_.push_back(i);
  }
}

StepSchedule::~StepSchedule() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  timer_.Wake();
  for (Thread& thread : threads_) {
    thread.Join();
  }
}

void StepSchedule::CallAll() {
  {
    const absl::MutexLock lock(&mutex_);
    all_ = true;
  }
  timer_.Wake();
}

absl::Time StepSchedule::Release(absl::Time now, bool all) {
  alarms_ += all ? 1 : 0;
  while (!waiting_.empty() && (all || waiting_.top().first <= now)) {
    ready_.push_back(waiting_.top().second);
    waiting_.pop();
  }
  return waiting_.empty() ? absl::InfiniteFuture() : waiting_.top().first;
}

void StepSchedule::Wait() {
  absl::Time tick_at = tick_ ? absl::InfinitePast() : absl::InfiniteFuture();
  bool clock_set = false;
  absl::Time before = absl::InfinitePast();
  while (true) {
    const absl::Time now = absl::Now();
    // Not each kernel says that the clock was set back, after which steps would wait for the time
    // that it had.
    clock_set = clock_set || now < before;
    before = now;
    if (tick_at <= now || clock_set) {
      tick_at = tick_ ? tick_(now) : tick_at;
    }
    absl::Time next;
    {
      const absl::MutexLock lock(&mutex_);
      if (stopping_) {
        return;
      }
      next = Release(now, clock_set || all_);
      all_ = false;
    }
    next = std::min({next, tick_at, now + kLongestWait});
    clock_set = timer_.WaitUntil(next) == WallTimer::End::kClockSet;
  }
}

void StepSchedule::Work() {
  while (true) {
    size_t step = 0;
    int alarms = 0;
    {
      const absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &StepSchedule::HasWork));
      if (stopping_) {
        return;
      }
      step = ready_.front();
      ready_.pop_front();
      alarms = alarms_;
    }
    absl::Time next = steps_[step](absl::Now());
    bool is_first = false;
    {
      const absl::MutexLock lock(&mutex_);
      next = alarms == alarms_ ? next : absl::InfinitePast();
      is_first = waiting_.empty() || next < waiting_.top().first;
      waiting_.push({next, step});
    }
    if (is_first) {
      timer_.Wake();
    }
  }
}

}  // namespace fleetca::client
