#include "service/jwt/replay_cache.h"

#include "base/sha256.h"

namespace fleetca::service {

ReplayCache::Outcome ReplayCache::Use(absl::string_view issuer, absl::string_view jwt_id,
                                      absl::Time expires, absl::Time now) {
  // A digest has one size, whatever the issuer writes; and the lists of parts do not run together.
  const Digest digest = Sha256(Sha256OfParts({issuer, jwt_id}));
  absl::MutexLock lock(&mutex_);
  while (!by_expiry_.empty() && by_expiry_.begin()->first < now) {
    used_.erase(by_expiry_.begin()->second);
    by_expiry_.erase(by_expiry_.begin());
  }
  if (used_.contains(digest)) {
    return Outcome::kReplayed;
  }
  if (used_.size() >= max_entries_) {
    return Outcome::kFull;
  }
  used_.insert(digest);
  by_expiry_.emplace(expires, digest);
  return Outcome::kNew;
}

size_t ReplayCache::size() const {
  absl::MutexLock lock(&mutex_);
  return used_.size();
}

}  // namespace fleetca::service
