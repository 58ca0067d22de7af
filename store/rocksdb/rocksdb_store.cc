// The store on RocksDB: one WriteBatch and one synced write for a Write.
//
// What a record costs in CPU time (getrusage of the whole process, RocksDB's threads included;
// 200,000 records of 740 octets with request keys, 50,000 identities, four lifetimes, batches of
// 64, each synced; two hyperthreads of an AMD EPYC that were not idle otherwise, so take the
// ratios):
//   9 us on tmpfs, 12-13 on ext4, 9.5 on ext4 in batches of 256, 17-18 on ext4 for eight threads
//   that each append 8 at a time; closing, which flushes, adds 1
//   12.5 on tmpfs over 2,000,000 records, where compaction counts
//   12.5 on tmpfs with RocksDB's default options, 64 MiB memtables and the whole names as keys, and
//   4.5 for the record alone, without its two indexes (both measured on bare RocksDB)
//   1.5 us more where GetByRequestKey, of a key that is not there, comes before each
// The numbers are of before Write looked its request keys up, which adds 0.6 us in batches of 64
// and less in larger ones (bench/store_bench, P-256); without request keys nothing is looked up. An
// index entry costs cache misses in the memtable, which is why keys.h keeps the keys short, and
// rocksdb_database.cc the memtables small and hinted. Debian builds RocksDB with its assertions and
// without SSE 4.2, which accounts for some of this.
#include "store/rocksdb/rocksdb_store.h"

#include <rocksdb/db.h>
#include <rocksdb/perf_level.h>
#include <rocksdb/version.h>

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "store/records/commit_keys.h"
#include "store/records/commit_plan.h"
#include "store/records/commit_timer.h"
#include "store/records/feed_record.h"
#include "store/records/keys.h"
#include "store/records/time_mark.h"
#include "store/rocksdb/commits_in_progress.h"
#include "store/rocksdb/reopening_database.h"
#include "store/rocksdb/rocksdb_batch.h"
#include "store/rocksdb/rocksdb_certificates.h"
#include "store/rocksdb/rocksdb_clock.h"
#include "store/rocksdb/rocksdb_database.h"
#include "store/rocksdb/rocksdb_facts.h"
#include "store/rocksdb/rocksdb_folder.h"
#include "store/rocksdb/rocksdb_jwts.h"
#include "store/rocksdb/rocksdb_lineages.h"
#include "store/rocksdb/rocksdb_prune.h"
#include "store/rocksdb/rocksdb_revocation_reads.h"
#include "store/rocksdb/rocksdb_revocations.h"
#include "store/rocksdb/rocksdb_tokens.h"

namespace fleetca::store {
namespace {

class RocksDbStore : public Store {
 public:
  RocksDbStore(const DatabaseOptions& options, StoreFolder folder)
      : sync_writes_(options.sync_writes),
        stats_(options.stats),
        cutoff_(options.cutoff),
        latest_mark_(folder.latest_mark),
        history_(folder.history.value_or(StoreHistory())),
        feed_(folder.feed),
        database_(options, std::move(folder)) {}

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
  uint64_t last_sequence() const override { return feed().last_sequence; }
  uint64_t revocation_count() const override { return feed().revocations; }
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
  absl::Time latest_time() const override {
    return absl::FromUnixMillis(latest_mark_.load(std::memory_order_relaxed));
  }
  absl::Status Prune(absl::Time expired_before) override;
  absl::Status CheckWritable() override { return database_.ForWriting().status(); }
  absl::Status NoteTime(absl::Time time) override;
  absl::Status ResetLatestTime(absl::Time time) override;
  absl::Time jwts_not_before() const override { return history_.jwts_not_before; }
  uint16_t instance_id() const override { return database_.instance_id(); }
  const StoreStats& stats() const override { return *stats_; }

 private:
  // Makes what a batch wrote over or deleted; called when the batch failed.
  using MakeBack = absl::FunctionRef<rocksdb::WriteBatch()>;
  static rocksdb::WriteBatch NothingBack() { return rocksdb::WriteBatch(); }

  absl::Status WriteBatch(const Database& database, rocksdb::WriteBatch& batch,
                          MakeBack make_back = NothingBack);
  // With the time of what is written.
  absl::Status WriteBatchAt(int64_t mark, const Database& database, rocksdb::WriteBatch& batch,
                            MakeBack make_back = NothingBack);

  FeedState feed() const ABSL_LOCKS_EXCLUDED(feed_mutex_) {
    absl::MutexLock lock(&feed_mutex_);
    return feed_;
  }
  // By who has the turn to change revocations.
  void SetFeed(const FeedState& feed) ABSL_LOCKS_EXCLUDED(feed_mutex_) {
    absl::MutexLock lock(&feed_mutex_);
    feed_ = feed;
  }

  const bool sync_writes_;
  const std::shared_ptr<StoreStats> stats_;
  const std::shared_ptr<PruneCutoff> cutoff_;
  std::atomic<int64_t> latest_mark_;
  const StoreHistory history_;
  mutable absl::Mutex feed_mutex_;
  FeedState feed_ ABSL_GUARDED_BY(feed_mutex_);
  CommitsInProgress commits_;
  // Held by who drops tokens, or moves the cutoff.
  absl::Mutex drop_mutex_;
  ReopeningDatabase database_;
};

// Nobody reads RocksDB's counters of this thread, and counting every comparison costs a tenth.
void CountNothing() { rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable); }

absl::Status RocksDbStore::WriteBatch(const Database& database, rocksdb::WriteBatch& batch,
                                      MakeBack make_back) {
  CountNothing();
  rocksdb::WriteOptions options;
  options.sync = sync_writes_;
  const rocksdb::Status status = database.db().Write(options, &batch);
  if (!status.ok()) {
    database_.WriteFailed(batch, make_back());
    return Unavailable(Reason::kStoreUnavailable,
                       absl::StrCat("the store cannot write, and nothing is issued until it can; "
                                    "look at the disk's space and health: ",
                                    status.ToString()));
  }
  if (sync_writes_) {
    database_.Acknowledged(LastNumber(batch), latest_time());
  }
  return absl::OkStatus();
}

absl::Status RocksDbStore::WriteBatchAt(int64_t mark, const Database& database,
                                        rocksdb::WriteBatch& batch, MakeBack make_back) {
  MergeMark(database, mark, batch);
  FLEETCA_RETURN_IF_ERROR(WriteBatch(database, batch, make_back));
  int64_t latest = latest_mark_.load();
  while (latest < mark && !latest_mark_.compare_exchange_weak(latest, mark)) {
  }
  return absl::OkStatus();
}

absl::Status RocksDbStore::NoteTime(absl::Time time) {
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForWriting());
  rocksdb::WriteBatch batch;
  FLEETCA_RETURN_IF_ERROR(WriteBatchAt(ToMark(time), *database, batch));
  database_.SyncHead();
  return absl::OkStatus();
}

absl::Status RocksDbStore::ResetLatestTime(absl::Time time) {
  absl::MutexLock lock(&drop_mutex_);
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForWriting());
  rocksdb::WriteBatch batch;
  PutMark(*database, ToMark(time), batch);
  // A clock that was ahead has pruned too much: what is issued from now on is shown. In the same
  // write as the time, or a server that is killed in between would hide what it issues.
  PruneMark mark = cutoff_->mark();
  mark.before = std::min(mark.before, ExpiryPrefixAt(time));
  PutPruneMark(*database, mark, batch);
  FLEETCA_RETURN_IF_ERROR(WriteBatch(*database, batch));
  latest_mark_.store(ToMark(time));
  cutoff_->Set(mark);
  database_.SyncHead();
  return absl::OkStatus();
}

// Of the kinds of keys, which are in order, the last ones do.
bool NeedsFeed(const CommitKeys& keys) {
  return !keys.empty() && keys.back().kind >= CommitKey::Kind::kLineage;
}

absl::StatusOr<CommitOutcomes> RocksDbStore::Write(const Commit& commit) {
  const CommitTimer timer;
  FLEETCA_ASSIGN_OR_RETURN(const CommitKeys keys, ReadCommitKeys(commit));
  if (commit.empty()) {
    return CommitOutcomes();
  }
  const CommitsInProgress::Turn turn(commits_, keys);
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForWriting());
  CountNothing();
  FLEETCA_ASSIGN_OR_RETURN(CommitFacts facts, LookUpFacts(*database, commit, keys,
                                                          {history_.epoch, history_.restored_at},
                                                          NeedsFeed(keys) ? feed() : FeedState()));
  CommitPlan plan = PlanCommit(commit, keys, std::move(facts));
  if (plan.Writes()) {
    rocksdb::WriteBatch batch = MakeBatch(*database, plan, keys);
    FLEETCA_RETURN_IF_ERROR(WriteBatchAt(plan.LatestMark(), *database, batch,
                                         [&] { return MakeBackBatch(*database, plan); }));
  }
  if (plan.revocations.ChangesFeed()) {
    SetFeed(plan.revocations.feed.now);
  }
  if (plan.stored > 0) {
    timer.Done(plan.stored, *stats_);
  }
  return std::move(plan.outcomes);
}

absl::StatusOr<CertificateRecord> RocksDbStore::GetBySerial(absl::string_view serial) const {
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForReading());
  return ReadBySerial(*database, serial);
}

absl::StatusOr<CertificateRecord> RocksDbStore::GetByRequestKey(
    absl::string_view request_key) const {
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForReading());
  return ReadByRequestKey(*database, request_key);
}

absl::Status RocksDbStore::ForEachByExpiry(absl::Time from, absl::Time to,
                                           RecordVisitor visitor) const {
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForReading());
  return ForEachCertificateByExpiry(*database, from, to, visitor);
}

absl::Status RocksDbStore::ForEachByIdentity(absl::string_view identity,
                                             RecordVisitor visitor) const {
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForReading());
  return ForEachCertificateByIdentity(*database, identity, visitor);
}

absl::Status RocksDbStore::ForEachByLineage(absl::string_view lineage,
                                            RecordVisitor visitor) const {
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForReading());
  return ForEachCertificateByLineage(*database, lineage, visitor);
}

absl::StatusOr<CertificatePage> RocksDbStore::SelectCertificates(
    const CertificateSelection& selection, absl::string_view from, const PageLimit& limit) const {
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForReading());
  return SelectFromCertificates(*database, selection, from, limit);
}

absl::StatusOr<LineageState> RocksDbStore::GetLineage(absl::string_view lineage) const {
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForReading());
  return ReadLineage(*database, lineage);
}

absl::StatusOr<Revocation> RocksDbStore::GetRevocation(absl::string_view serial) const {
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForReading());
  return ReadRevocation(*database, serial, rocksdb::ReadOptions());
}

absl::StatusOr<uint64_t> RocksDbStore::ForEachRevocation(const RevocationScope& scope,
                                                         absl::string_view from,
                                                         RevocationVisitor visitor) const {
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForReading());
  return ForEachRevocationIn(*database, scope, from, visitor);
}

absl::StatusOr<RevocationChanges> RocksDbStore::ReadRevocationFeed(uint64_t after,
                                                                   size_t limit) const {
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForReading());
  return ReadFeed(*database, after, limit);
}

// Step by step, so that revocations and blocks of others come in between.
absl::StatusOr<size_t> RocksDbStore::DropRevocations(absl::Time expired_before) {
  const CommitKeys keys = RevocationKeys();
  size_t dropped = 0;
  for (;;) {
    const CommitsInProgress::Turn turn(commits_, keys);
    FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForWriting());
    FLEETCA_ASSIGN_OR_RETURN(DropStep step, MakeDropStep(*database, expired_before, feed()));
    if (step.dropped == 0) {
      return dropped;
    }
    FLEETCA_RETURN_IF_ERROR(WriteBatch(*database, step.batch, [&step] { return step.back; }));
    SetFeed(step.feed);
    dropped += step.dropped;
  }
}

absl::StatusOr<Block> RocksDbStore::GetBlock(const BlockTarget& target) const {
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForReading());
  return ReadBlock(*database, target, rocksdb::ReadOptions());
}

absl::Status RocksDbStore::ForEachBlock(BlockKind kind, absl::string_view from,
                                        BlockVisitor visitor) const {
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForReading());
  return ForEachBlockOfKind(*database, kind, from, visitor);
}

absl::StatusOr<CrlState> RocksDbStore::GetCrlState(const CrlId& crl) const {
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForReading());
  return ReadCrlState(*database, crl);
}

absl::Status RocksDbStore::ForEachCrlState(CrlStateVisitor visitor) const {
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForReading());
  return ForEachStateOfACrl(*database, visitor);
}

absl::Status RocksDbStore::ForEachEarlyRenewal(EarlyRenewalVisitor visitor) const {
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForReading());
  return ForEachEarlyRenewalIn(*database, visitor);
}

absl::StatusOr<JoinTokenState> RocksDbStore::GetJoinToken(absl::string_view hash) const {
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForReading());
  return ReadToken(*database, hash);
}

absl::Status RocksDbStore::ForEachJoinToken(absl::string_view from,
                                            JoinTokenVisitor visitor) const {
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForReading());
  return ForEachToken(*database, from, visitor);
}

absl::StatusOr<size_t> RocksDbStore::DropJoinTokens(absl::Time expired_before) {
  absl::MutexLock lock(&drop_mutex_);
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForWriting());
  return DropTokens(*database, expired_before, [this, &database](rocksdb::WriteBatch& batch) {
    return WriteBatch(*database, batch);
  });
}

absl::StatusOr<JwtUse> RocksDbStore::GetJwtUse(absl::string_view id_hash) const {
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForReading());
  return ReadJwtUse(*database, id_hash);
}

absl::StatusOr<size_t> RocksDbStore::DropJwtUses(absl::Time expired_before) {
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForWriting());
  return store::DropJwtUses(
      *database, expired_before,
      [this, &database](rocksdb::WriteBatch& batch) { return WriteBatch(*database, batch); });
}

absl::Status RocksDbStore::Prune(absl::Time expired_before) {
  FLEETCA_RETURN_IF_ERROR(DropRevocations(expired_before).status());
  absl::MutexLock lock(&drop_mutex_);
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForWriting());
  PruneMark mark = cutoff_->mark();
  if (mark.before < ExpiryPrefixAt(expired_before)) {
    mark.before = ExpiryPrefixAt(expired_before);
    mark.ever_before = std::max(mark.ever_before, mark.before);
    FLEETCA_RETURN_IF_ERROR(WritePruneMark(*database, mark, *cutoff_));
  }
  return DropPrunedFiles(*database);
}

}  // namespace

std::string RocksDbVersion() { return rocksdb::GetRocksVersionAsString(); }

absl::StatusOr<std::unique_ptr<Store>> OpenRocksDbStore(const RocksDbOptions& options) {
  const DatabaseOptions database_options{options, std::make_shared<StoreStats>()};
  FLEETCA_ASSIGN_OR_RETURN(StoreFolder folder, OpenStoreFolder(database_options));
  return MakeRocksDbStore(database_options, std::move(folder));
}

std::unique_ptr<Store> MakeRocksDbStore(const DatabaseOptions& options, StoreFolder folder) {
  return std::make_unique<RocksDbStore>(options, std::move(folder));
}

}  // namespace fleetca::store
