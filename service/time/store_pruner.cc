#include "service/time/store_pruner.h"

#include <algorithm>

#include "absl/memory/memory.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/steady_time.h"

namespace fleetca::service {

absl::Status PruneStore(const ClockRule& rule, store::Store& store, absl::Duration retention) {
  FLEETCA_ASSIGN_OR_RETURN(const absl::Time now, rule.Now());
  return store.Prune(std::min(now, store.latest_time()) - std::max(retention, kMinRetention));
}

absl::StatusOr<std::unique_ptr<StorePruner>> StorePruner::Start(const ClockRule& rule,
                                                                store::Store& store,
                                                                absl::Duration retention,
                                                                absl::Duration interval) {
  auto pruner = absl::WrapUnique(new StorePruner(rule, store, retention, interval));
  FLEETCA_ASSIGN_OR_RETURN(pruner->thread_,
                           Thread::Start("pruner", [self = pruner.get()] { self->Run(); }));
  return pruner;
}

StorePruner::~StorePruner() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.Join();
}

void StorePruner::Run() {
  do {
    const absl::Status status = PruneStore(rule_, store_, retention_);
    if (!status.ok()) {
      LogFailure(status);
    }
    absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), interval_)) {
      return;
    }
  } while (true);
}

void StorePruner::LogFailure(const absl::Status& status) {
  uint64_t suppressed = 0;
  if (failures_.Allow(SteadyTime(), &suppressed)) {
    log::Warning("Certificates that expired long ago stay in the store",
                 {{"error", status.message()}, {"lines_suppressed", suppressed}});
  }
}

}  // namespace fleetca::service
