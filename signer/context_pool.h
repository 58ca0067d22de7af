// The signing contexts of one key, lent to one caller each.
#ifndef FLEETCA_SIGNER_CONTEXT_POOL_H_
#define FLEETCA_SIGNER_CONTEXT_POOL_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/openssl.h"
#include "signer/signing_context.h"

namespace fleetca::signer {

// Grows to as many contexts as callers have signed at once. Owned by the signer rather than by its
// threads, so neither needs to know when the other ends. Thread-safe.
class ContextPool {
 public:
  // The key and the digest must outlive the pool.
  ContextPool(EVP_PKEY* key, const EVP_MD* digest) : key_(key), digest_(digest) {}

  // A context that nobody else has. Give it back unless it failed.
  absl::StatusOr<std::unique_ptr<SigningContext>> Take() ABSL_LOCKS_EXCLUDED(mutex_) {
    {
      absl::MutexLock lock(&mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<SigningContext> context = std::move(idle_.back());
        idle_.pop_back();
        return context;
      }
    }
    return SigningContext::Create(key_, digest_);
  }

  void GiveBack(std::unique_ptr<SigningContext> context) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    idle_.push_back(std::move(context));
  }

 private:
  EVP_PKEY* const key_;
  const EVP_MD* const digest_;
  absl::Mutex mutex_;
  std::vector<std::unique_ptr<SigningContext>> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::signer

#endif  // FLEETCA_SIGNER_CONTEXT_POOL_H_
