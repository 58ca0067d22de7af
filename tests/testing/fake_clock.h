// A clock that a test moves.
#ifndef FLEETCA_TESTS_TESTING_FAKE_CLOCK_H_
#define FLEETCA_TESTS_TESTING_FAKE_CLOCK_H_

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"

namespace fleetca::testing {

// Stands still until told otherwise. Thread-safe.
class FakeClock : public Clock {
 public:
  // 2026-01-01T00:00:00Z, so that tests do not depend on when they run.
  explicit FakeClock(absl::Time now = absl::FromUnixSeconds(1767225600)) : now_(now) {}

  absl::Time Now() const override {
    absl::MutexLock lock(&mutex_);
    return now_;
  }
  void Set(absl::Time now) {
    absl::MutexLock lock(&mutex_);
    now_ = now;
  }
  void Advance(absl::Duration duration) {
    absl::MutexLock lock(&mutex_);
    now_ += duration;
  }

 private:
  mutable absl::Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::testing

#endif  // FLEETCA_TESTS_TESTING_FAKE_CLOCK_H_
