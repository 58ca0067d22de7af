// Signed OCSP answers that are given out again.
#ifndef FLEETCA_SERVICE_REVOCATION_OCSP_CACHE_H_
#define FLEETCA_SERVICE_REVOCATION_OCSP_CACHE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "service/revocation/ocsp_reply.h"
#include "store/revocations.h"
#include "x509/revocation/cert_id.h"

namespace fleetca::service {

// About which certificate an answer is, and by which hash it names the issuer.
struct OcspCacheKey {
  size_t issuer = 0;  // a number that the responder gives it
  x509::CertIdHash hash = x509::CertIdHash::kSha1;
  absl::string_view serial;
};

// Holds `max_answers` at most; for one more it forgets the answer whose last question is the
// oldest. Follows the store's feed: after CatchUp it has no answer that a revocation from before
// the call made wrong. Thread-safe.
class OcspCache {
 public:
  // `issuers`: their numbers are below that. The store outlives the cache.
  OcspCache(const store::Revocations& store, size_t issuers, size_t max_answers);
  OcspCache(const OcspCache&) = delete;
  OcspCache& operator=(const OcspCache&) = delete;

  // Forgets what is said of certificates that were revoked since the last call. The store's errors,
  // after which nothing of the cache is to be used. Reads the disk only where something changed.
  absl::Status CatchUp() ABSL_LOCKS_EXCLUDED(reading_, mutex_);

  // The answer, if it is not to be renewed yet; else null.
  std::shared_ptr<const OcspReply> Find(const OcspCacheKey& key, absl::Time now)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Keeps the answer, which was made from what the store said when its last_sequence was
  // `sequence`, or later; unless something changed since.
  void Insert(const OcspCacheKey& key, uint64_t sequence, std::shared_ptr<const OcspReply> reply)
      ABSL_LOCKS_EXCLUDED(mutex_);

  size_t size() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  using Answers = std::list<std::pair<std::string, std::shared_ptr<const OcspReply>>>;

  void Erase(absl::string_view serial) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const store::Revocations& store_;
  const size_t issuers_;
  const size_t max_answers_;
  // Held by who reads the feed; taken before the other.
  absl::Mutex reading_ ABSL_ACQUIRED_BEFORE(mutex_);
  // Up to which change of the feed the answers are right. Written under both locks.
  std::atomic<uint64_t> sequence_;
  mutable absl::Mutex mutex_;
  // The one that was asked for last comes first.
  Answers answers_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, Answers::iterator> index_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_REVOCATION_OCSP_CACHE_H_
