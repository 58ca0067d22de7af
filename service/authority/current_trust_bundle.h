// The trust bundle in force, which a new one replaces while it is handed out.
#ifndef FLEETCA_SERVICE_AUTHORITY_CURRENT_TRUST_BUNDLE_H_
#define FLEETCA_SERVICE_AUTHORITY_CURRENT_TRUST_BUNDLE_H_

#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "service/authority/trust_bundle.h"

namespace fleetca::service {

// Thread-safe.
class CurrentTrustBundle {
 public:
  // An empty bundle until Replace is called.
  CurrentTrustBundle() : CurrentTrustBundle(TrustBundle()) {}
  explicit CurrentTrustBundle(TrustBundle bundle)
      : bundle_(std::make_shared<const TrustBundle>(std::move(bundle))) {}
  CurrentTrustBundle(const CurrentTrustBundle&) = delete;
  CurrentTrustBundle& operator=(const CurrentTrustBundle&) = delete;

  // Never null. Take it once for an answer.
  std::shared_ptr<const TrustBundle> Current() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return bundle_;
  }

  void Replace(TrustBundle bundle) ABSL_LOCKS_EXCLUDED(mutex_) {
    auto fresh = std::make_shared<const TrustBundle>(std::move(bundle));
    absl::MutexLock lock(&mutex_);
    bundle_.swap(fresh);
  }

 private:
  mutable absl::Mutex mutex_;
  std::shared_ptr<const TrustBundle> bundle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_AUTHORITY_CURRENT_TRUST_BUNDLE_H_
