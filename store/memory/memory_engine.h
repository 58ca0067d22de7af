// What the handles on one store in memory share. Private to the memory target.
#ifndef FLEETCA_STORE_MEMORY_MEMORY_ENGINE_H_
#define FLEETCA_STORE_MEMORY_MEMORY_ENGINE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "store/records/commit_keys.h"
#include "store/records/commit_plan.h"
#include "store/records/feed_record.h"
#include "store/records/lineage_plan.h"
#include "store/store.h"

namespace fleetca::store {

struct MemoryEngine {
  mutable absl::Mutex mutex;
  int64_t latest_mark ABSL_GUARDED_BY(mutex) = 0;
  absl::Time jwts_not_before ABSL_GUARDED_BY(mutex) = absl::UnixEpoch();
  absl::Status fault ABSL_GUARDED_BY(mutex);
  // No B-tree, which would move the records, and they are large, whenever one is added.
  std::map<std::string, CertificateRecord, std::less<>> by_serial ABSL_GUARDED_BY(mutex);
  absl::flat_hash_map<std::string, std::string> by_request_key ABSL_GUARDED_BY(mutex);
  absl::btree_map<std::string, JoinTokenState> tokens ABSL_GUARDED_BY(mutex);
  absl::flat_hash_map<std::string, JwtUse> jwt_uses ABSL_GUARDED_BY(mutex);
  absl::btree_set<std::string> jwt_expiries ABSL_GUARDED_BY(mutex);  // keys.h's JwtExpiryKey
  Restores restores ABSL_GUARDED_BY(mutex);
  absl::flat_hash_map<std::string, LineageRecord> lineages ABSL_GUARDED_BY(mutex);  // by id
  absl::btree_map<std::string, Revocation> revocations ABSL_GUARDED_BY(mutex);      // by serial
  absl::btree_map<BlockTarget, Block> blocks ABSL_GUARDED_BY(mutex);
  absl::btree_map<CrlId, CrlState> crl_states ABSL_GUARDED_BY(mutex);
  absl::btree_map<uint64_t, EarlyRenewal> early_renewals ABSL_GUARDED_BY(mutex);  // by id
  absl::btree_map<uint64_t, RevocationChange> feed ABSL_GUARDED_BY(mutex);        // by sequence
  FeedState feed_state ABSL_GUARDED_BY(mutex);
};

// What the engine holds of a commit's keys.
CommitFacts LookUpFacts(const MemoryEngine& engine, const Commit& commit, const CommitKeys& keys)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(engine.mutex);

void ApplyPlan(const CommitPlan& plan, MemoryEngine& engine)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(engine.mutex);

// As Store's, of a serial's lowest octets.
size_t DropRevocationsBefore(const std::string& serial_bound, absl::Time time, MemoryEngine& engine)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(engine.mutex);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_MEMORY_MEMORY_ENGINE_H_
