// The tokens that were used already, for issuers whose tokens are good for one use.
#ifndef FLEETCA_SERVICE_JWT_REPLAY_CACHE_H_
#define FLEETCA_SERVICE_JWT_REPLAY_CACHE_H_

#include <array>
#include <cstddef>
#include <set>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace fleetca::service {

// In memory: a restart forgets, so a token may be used once more after one. Thread-safe.
class ReplayCache {
 public:
  enum class Outcome { kNew, kReplayed, kFull };

  // About 120 octets an entry.
  explicit ReplayCache(size_t max_entries) : max_entries_(max_entries) {}
  ReplayCache(const ReplayCache&) = delete;
  ReplayCache& operator=(const ReplayCache&) = delete;

  // Notes that the issuer's token `jwt_id` was used, until `expires`, when its other checks refuse
  // it. kNew for exactly one of any number of callers. kFull notes nothing: a live entry is never
  // given up for a new one, or a flood would bring old tokens back.
  Outcome Use(absl::string_view issuer, absl::string_view jwt_id, absl::Time expires,
              absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);

  size_t size() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  using Digest = std::array<char, 32>;

  const size_t max_entries_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_set<Digest> used_ ABSL_GUARDED_BY(mutex_);
  std::set<std::pair<absl::Time, Digest>> by_expiry_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_JWT_REPLAY_CACHE_H_
