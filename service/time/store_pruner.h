// Has the store forget certificates that expired long ago, as long as the server runs.
#ifndef FLEETCA_SERVICE_TIME_STORE_PRUNER_H_
#define FLEETCA_SERVICE_TIME_STORE_PRUNER_H_

#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/log_limiter.h"
#include "base/repeated_work.h"
#include "service/time/clock_rule.h"
#include "service/time/min_retention.h"
#include "store/store.h"

namespace fleetca::service {

// Up to where, of what ended before a time, nobody needs the store's word any more. Its error is
// that of the pruning.
using PruneLimit = std::function<absl::StatusOr<absl::Time>(absl::Time before)>;

// Forgets the certificates that expired by more than `retention`, or kMinRetention where that is
// longer, ago, and no others than `limit` says where there is one. Goes by the clock only while
// that is believed, and no further than the latest time that the store noted: UNAVAILABLE
// kClockRefused; the store's errors.
absl::Status PruneStore(const ClockRule& rule, store::Store& store, absl::Duration retention,
                        const PruneLimit& limit = nullptr);

// Does that at once and then each interval, on a thread of its own, and says in the log what goes
// wrong: the first failure, then at most one a minute, with how many were not logged before it. The
// references, and what `limit` uses, outlive it. Thread-compatible.
class StorePruner {
 public:
  // The errors of Thread::Start.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<StorePruner>> Start(
      const ClockRule& rule, store::Store& store, absl::Duration retention,
      PruneLimit limit = nullptr, absl::Duration interval = absl::Hours(1));
  StorePruner(const StorePruner&) = delete;
  StorePruner& operator=(const StorePruner&) = delete;

 private:
  StorePruner(const ClockRule& rule, store::Store& store, absl::Duration retention,
              PruneLimit limit)
      : rule_(rule), store_(store), retention_(retention), limit_(std::move(limit)) {}

  void PruneOnce();

  const ClockRule& rule_;
  store::Store& store_;
  const absl::Duration retention_;
  const PruneLimit limit_;
  log::Limiter failures_{1, absl::Minutes(1)};
  std::unique_ptr<RepeatedWork> work_;  // the last member: it uses the others
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_TIME_STORE_PRUNER_H_
