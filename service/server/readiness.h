// Whether the server can do its work, for whoever asks over HTTP.
#ifndef FLEETCA_SERVICE_SERVER_READINESS_H_
#define FLEETCA_SERVICE_SERVER_READINESS_H_

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "service/health/health.h"

namespace fleetca::service {

// Thread-safe.
class Readiness {
 public:
  // `health` lives until BeginDrain has returned.
  void Follow(const HealthMonitor& health) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    health_ = &health;
  }

  // Not ready from now on.
  void BeginDrain() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    health_ = nullptr;
    draining_ = true;
  }

  // Why not, a sentence each; none: it can.
  std::vector<std::string> Reasons() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    if (draining_) {
      return {"The server drains: it takes no new calls"};
    }
    return health_ == nullptr ? std::vector<std::string>{"The server starts"} : health_->Reasons();
  }

 private:
  mutable absl::Mutex mutex_;
  const HealthMonitor* health_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_SERVER_READINESS_H_
