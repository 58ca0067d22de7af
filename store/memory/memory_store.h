// The store without a disk, with the same contract and with faults on demand.
#ifndef FLEETCA_STORE_MEMORY_MEMORY_STORE_H_
#define FLEETCA_STORE_MEMORY_MEMORY_STORE_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "store/store.h"

namespace fleetca::store {

struct MemoryEngine;

// For tests and benchmarks: nothing survives the process.
class MemoryStore : public Store {
 public:
  explicit MemoryStore(uint16_t instance_id = 0xf1ee);
  // Another handle on the store of `other`, as another server's.
  explicit MemoryStore(const MemoryStore& other, uint16_t instance_id);

  absl::StatusOr<CommitOutcomes> Write(const Commit& commit) override;
  absl::StatusOr<CertificateRecord> GetBySerial(absl::string_view serial) const override;
  absl::StatusOr<CertificateRecord> GetByRequestKey(absl::string_view request_key) const override;
  absl::Status ForEachByExpiry(absl::Time from, absl::Time to,
                               RecordVisitor visitor) const override;
  absl::Status ForEachByIdentity(absl::string_view identity, RecordVisitor visitor) const override;
  absl::Status ForEachByLineage(absl::string_view lineage, RecordVisitor visitor) const override;
  absl::StatusOr<CertificatePage> SelectCertificates(const CertificateSelection& selection,
                                                     absl::string_view from,
                                                     const PageLimit& limit) const override;
  absl::StatusOr<LineageState> GetLineage(absl::string_view lineage) const override;
  absl::StatusOr<Revocation> GetRevocation(absl::string_view serial) const override;
  absl::StatusOr<uint64_t> ForEachRevocation(const RevocationScope& scope, absl::string_view from,
                                             RevocationVisitor visitor) const override;
  absl::StatusOr<RevocationChanges> ReadRevocationFeed(uint64_t after, size_t limit) const override;
  uint64_t last_sequence() const override;
  uint64_t revocation_count() const override;
  absl::StatusOr<size_t> DropRevocations(absl::Time expired_before) override;
  absl::StatusOr<Block> GetBlock(const BlockTarget& target) const override;
  absl::Status ForEachBlock(BlockKind kind, absl::string_view from,
                            BlockVisitor visitor) const override;
  absl::StatusOr<CrlState> GetCrlState(const CrlId& crl) const override;
  absl::Status ForEachCrlState(CrlStateVisitor visitor) const override;
  absl::Status ForEachEarlyRenewal(EarlyRenewalVisitor visitor) const override;
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
  // As a store that was restored at `time`: the one for JWTs, the other for lineages and the feed.
  void SetJwtsNotBefore(absl::Time time);
  void SetRestored(absl::Time time);
  // Forgets all records and lineages, but no tokens and no uses of JWTs: lets a benchmark run for
  // long in flat memory.
  void Clear();
  size_t size() const;

 private:
  const uint16_t instance_id_;
  StoreStats stats_;
  const std::shared_ptr<MemoryEngine> engine_;
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_MEMORY_MEMORY_STORE_H_
