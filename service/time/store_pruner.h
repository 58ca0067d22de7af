// Has the store forget certificates that expired long ago, as long as the server runs.
#ifndef FLEETCA_SERVICE_TIME_STORE_PRUNER_H_
#define FLEETCA_SERVICE_TIME_STORE_PRUNER_H_

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/log_limiter.h"
#include "base/thread.h"
#include "service/time/clock_rule.h"
#include "service/time/min_retention.h"
#include "store/store.h"

namespace fleetca::service {

// Forgets the certificates that expired by more than `retention`, or kMinRetention where that is
// longer, ago. Goes by the clock only while that is believed, and no further than the latest time
// that the store noted: UNAVAILABLE kClockRefused; the store's errors.
absl::Status PruneStore(const ClockRule& rule, store::Store& store, absl::Duration retention);

// Does that at once and then each interval, on a thread of its own, and says in the log what goes
// wrong: the first failure, then at most one a minute, with how many were not logged before it. The
// references outlive it. Thread-compatible.
class StorePruner {
 public:
  // The errors of Thread::Start.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<StorePruner>> Start(
      const ClockRule& rule, store::Store& store, absl::Duration retention,
      absl::Duration interval = absl::Hours(1));
  StorePruner(const StorePruner&) = delete;
  StorePruner& operator=(const StorePruner&) = delete;
  ~StorePruner();

 private:
  StorePruner(const ClockRule& rule, store::Store& store, absl::Duration retention,
              absl::Duration interval)
      : rule_(rule), store_(store), retention_(retention), interval_(interval) {}

  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  void LogFailure(const absl::Status& status);

  const ClockRule& rule_;
  store::Store& store_;
  const absl::Duration retention_;
  const absl::Duration interval_;
  log::Limiter failures_{1, absl::Minutes(1)};
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  Thread thread_;  // the last member: it uses the others
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_TIME_STORE_PRUNER_H_
