// Keeps a line that callers can provoke from flooding the log.
#ifndef FLEETCA_BASE_LOG_LIMITER_H_
#define FLEETCA_BASE_LOG_LIMITER_H_

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace fleetca::log {

// Lets through so many lines in each second and counts the rest. Thread-safe.
class Limiter {
 public:
  explicit Limiter(int lines_per_second) : lines_per_second_(lines_per_second) {}

  // True when a line may be written at `now`; `suppressed` is how many were held back since the
  // last one that was let through.
  [[nodiscard]] bool Allow(absl::Time now, uint64_t* suppressed) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    const int64_t second = absl::ToUnixSeconds(now);
    if (second != second_) {
      second_ = second;
      lines_ = 0;
    }
    if (lines_ >= lines_per_second_) {
      ++suppressed_;
      return false;
    }
    ++lines_;
    *suppressed = suppressed_;
    suppressed_ = 0;
    return true;
  }

 private:
  const int lines_per_second_;
  absl::Mutex mutex_;
  int64_t second_ ABSL_GUARDED_BY(mutex_) = 0;
  int lines_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t suppressed_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace fleetca::log

#endif  // FLEETCA_BASE_LOG_LIMITER_H_
