// Keeps a line that callers can provoke, or that a lasting fault repeats, from flooding the log.
#ifndef FLEETCA_BASE_LOG_LIMITER_H_
#define FLEETCA_BASE_LOG_LIMITER_H_

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace fleetca::log {

// Lets a fixed number of lines through in each period and counts the rest. A period begins with the
// first line after the one before it has ended. Thread-safe.
class Limiter {
 public:
  explicit Limiter(int lines, absl::Duration period = absl::Seconds(1))
      : max_lines_(lines), period_(period) {}

  // True when a line may be written at `now`; `suppressed` is how many were held back since the
  // last one that was let through.
  [[nodiscard]] bool Allow(absl::Time now, uint64_t* suppressed) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    // Also after a clock that was set back, which would keep it silent for longer.
    if (now - start_ >= period_ || now < start_) {
      start_ = now;
      lines_ = 0;
    }
    if (lines_ >= max_lines_) {
      ++suppressed_;
      return false;
    }
    ++lines_;
    *suppressed = suppressed_;
    suppressed_ = 0;
    return true;
  }

 private:
  const int max_lines_;
  const absl::Duration period_;
  absl::Mutex mutex_;
  absl::Time start_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  int lines_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t suppressed_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace fleetca::log

#endif  // FLEETCA_BASE_LOG_LIMITER_H_
