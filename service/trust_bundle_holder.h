// The trust bundle in force, which a new one replaces while it is handed out.
#ifndef FLEETCA_SERVICE_TRUST_BUNDLE_HOLDER_H_
#define FLEETCA_SERVICE_TRUST_BUNDLE_HOLDER_H_

#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "service/trust_bundle.h"

namespace fleetca::service {

// Thread-safe.
class TrustBundleHolder {
 public:
  // An empty bundle until Replace is called.
  TrustBundleHolder() : TrustBundleHolder(TrustBundle()) {}
  explicit TrustBundleHolder(TrustBundle bundle)
      : bundle_(std::make_shared<const TrustBundle>(std::move(bundle))) {}
  TrustBundleHolder(const TrustBundleHolder&) = delete;
  TrustBundleHolder& operator=(const TrustBundleHolder&) = delete;

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

#endif  // FLEETCA_SERVICE_TRUST_BUNDLE_HOLDER_H_
