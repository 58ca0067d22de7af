// Keys that a test sets.
#ifndef FLEETCA_SERVICE_JWT_TESTING_FAKE_KEY_SOURCE_H_
#define FLEETCA_SERVICE_JWT_TESTING_FAKE_KEY_SOURCE_H_

#include <atomic>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "service/jwt/key_source.h"

namespace fleetca::testing {

// Thread-safe.
class FakeKeySource : public service::KeySource {
 public:
  explicit FakeKeySource(service::JwkSet keys = {}) { Set(std::move(keys)); }

  std::shared_ptr<const service::JwkSet> Keys() override {
    absl::MutexLock lock(&mutex_);
    return keys_;
  }
  void OnUnknownKey() override { ++unknown_keys; }

  void Set(service::JwkSet keys) {
    absl::MutexLock lock(&mutex_);
    keys_ = std::make_shared<const service::JwkSet>(std::move(keys));
  }

  // How often OnUnknownKey was called.
  std::atomic<int> unknown_keys{0};

 private:
  absl::Mutex mutex_;
  std::shared_ptr<const service::JwkSet> keys_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::testing

#endif  // FLEETCA_SERVICE_JWT_TESTING_FAKE_KEY_SOURCE_H_
