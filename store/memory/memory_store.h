// The store without a disk, with the same contract and with faults on demand.
#ifndef FLEETCA_STORE_MEMORY_MEMORY_STORE_H_
#define FLEETCA_STORE_MEMORY_MEMORY_STORE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "store/store.h"

namespace fleetca::store {

// What the handles on one store share.
struct MemoryEngine {
  mutable absl::Mutex mutex;
  int64_t latest_mark ABSL_GUARDED_BY(mutex) = 0;
  absl::Time jwts_not_before ABSL_GUARDED_BY(mutex) = absl::UnixEpoch();
  absl::Status fault ABSL_GUARDED_BY(mutex);
  absl::btree_map<std::string, CertificateRecord> by_serial ABSL_GUARDED_BY(mutex);
  absl::flat_hash_map<std::string, std::string> by_request_key ABSL_GUARDED_BY(mutex);
  absl::btree_map<std::string, JoinTokenState> tokens ABSL_GUARDED_BY(mutex);
  absl::flat_hash_map<std::string, JwtUse> jwt_uses ABSL_GUARDED_BY(mutex);
  absl::btree_set<std::string> jwt_expiries ABSL_GUARDED_BY(mutex);  // keys.h's JwtExpiryKey
};

// For tests and benchmarks: nothing survives the process.
class MemoryStore : public Store {
 public:
  explicit MemoryStore(uint16_t instance_id = 0xf1ee);
  // Another handle on the store of `other`, as another server's.
  explicit MemoryStore(const MemoryStore& other, uint16_t instance_id);

  absl::StatusOr<std::vector<WriteOutcome>> Write(const Commit& commit) override;
  absl::StatusOr<CertificateRecord> GetBySerial(absl::string_view serial) const override;
  absl::StatusOr<CertificateRecord> GetByRequestKey(absl::string_view request_key) const override;
  absl::Status ForEachByExpiry(absl::Time from, absl::Time to,
                               RecordVisitor visitor) const override;
  absl::Status ForEachByIdentity(absl::string_view identity, RecordVisitor visitor) const override;
  absl::StatusOr<JoinTokenState> GetJoinToken(absl::string_view hash) const override;
  absl::Status ForEachJoinToken(absl::string_view from, JoinTokenVisitor visitor) const override;
  absl::StatusOr<size_t> DropJoinTokens(absl::Time expired_before) override;
  absl::StatusOr<JwtUse> GetJwtUse(absl::string_view id_hash) const override;
  absl::StatusOr<size_t> DropJwtUses(absl::Time expired_before) override;
  absl::Status Prune(absl::Time expired_before) override;
  absl::Status CheckWritable() override;
  absl::Status NoteTime(absl::Time time) override;
  absl::Time latest_time() const override;
  absl::Status ResetLatestTime(absl::Time time) override;
  absl::Time jwts_not_before() const override;
  uint16_t instance_id() const override { return instance_id_; }
  const StoreStats& stats() const override { return stats_; }

  // Every write from now on, by any handle, fails with `fault` and changes nothing; OK ends it.
  void FailAppends(absl::Status fault);
  // As a store that was restored at `time`.
  void SetJwtsNotBefore(absl::Time time);
  // Forgets all records, but no tokens and no uses of JWTs: lets a benchmark run for long in flat
  // memory.
  void Clear();
  size_t size() const;

 private:
  const uint16_t instance_id_;
  StoreStats stats_;
  const std::shared_ptr<MemoryEngine> engine_;
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_MEMORY_MEMORY_STORE_H_
