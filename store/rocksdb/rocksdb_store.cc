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
// An index entry costs cache misses in the memtable, which is why keys.h keeps the keys short, and
// rocksdb_database.cc the memtables small and hinted. Debian builds RocksDB with its assertions and
// without SSE 4.2, which accounts for some of this.
#include "store/rocksdb/rocksdb_store.h"

#include <rocksdb/db.h>
#include <rocksdb/perf_level.h>
#include <rocksdb/version.h>

#include <atomic>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "store/records/check_commit.h"
#include "store/records/commit_timer.h"
#include "store/records/join_token_record.h"
#include "store/records/keys.h"
#include "store/records/record.h"
#include "store/records/time_mark.h"
#include "store/rocksdb/reopening_database.h"
#include "store/rocksdb/rocksdb_batch.h"
#include "store/rocksdb/rocksdb_clock.h"
#include "store/rocksdb/rocksdb_database.h"
#include "store/rocksdb/rocksdb_folder.h"
#include "store/rocksdb/rocksdb_jwts.h"
#include "store/rocksdb/rocksdb_tokens.h"

namespace fleetca::store {
namespace {

class RocksDbStore : public Store {
 public:
  RocksDbStore(const DatabaseOptions& options, StoreFolder folder)
      : sync_writes_(options.sync_writes),
        stats_(options.stats),
        latest_mark_(folder.latest_mark),
        jwts_not_before_(folder.lineage.value_or(Lineage()).jwts_not_before),
        database_(options, std::move(folder)) {}

  absl::Status Write(const Commit& commit) override;
  absl::StatusOr<CertificateRecord> GetBySerial(absl::string_view serial) const override;
  absl::StatusOr<CertificateRecord> GetByRequestKey(absl::string_view request_key) const override;
  absl::Status ForEachByExpiry(absl::Time from, absl::Time to,
                               RecordVisitor visitor) const override;
  absl::Status ForEachByIdentity(absl::string_view identity, RecordVisitor visitor) const override;
  absl::Status AddJoinTokens(absl::Span<const JoinToken> tokens) override;
  absl::Status RevokeJoinTokens(absl::Span<const std::string> hashes,
                                const JoinTokenRevocation& revocation) override;
  absl::StatusOr<JoinTokenState> GetJoinToken(absl::string_view hash) const override;
  absl::Status ForEachJoinToken(absl::string_view from, JoinTokenVisitor visitor) const override;
  absl::StatusOr<size_t> DropJoinTokens(absl::Time expired_before) override;
  absl::StatusOr<JwtUse> GetJwtUse(absl::string_view id_hash) const override;
  absl::StatusOr<size_t> DropJwtUses(absl::Time expired_before) override;
  absl::Time latest_time() const override {
    return absl::FromUnixMillis(latest_mark_.load(std::memory_order_relaxed));
  }
  absl::Status CheckWritable() override { return database_.ForWriting().status(); }
  absl::Status NoteTime(absl::Time time) override;
  absl::Status ResetLatestTime(absl::Time time) override;
  absl::Time jwts_not_before() const override { return jwts_not_before_; }
  uint16_t instance_id() const override { return database_.instance_id(); }
  const StoreStats& stats() const override { return *stats_; }

 private:
  absl::Status WriteBatch(const Database& database, rocksdb::WriteBatch& batch);
  // With the time of what is written.
  absl::Status WriteBatchAt(int64_t mark, const Database& database, rocksdb::WriteBatch& batch);

  const bool sync_writes_;
  const std::shared_ptr<StoreStats> stats_;
  std::atomic<int64_t> latest_mark_;
  const absl::Time jwts_not_before_;
  // Held from looking whether a token is revoked until that is written.
  absl::Mutex revocation_mutex_;
  ReopeningDatabase database_;
};

absl::Status RocksDbStore::WriteBatch(const Database& database, rocksdb::WriteBatch& batch) {
  // Nobody reads RocksDB's counters of this thread, and counting every comparison costs a tenth.
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
  rocksdb::WriteOptions options;
  options.sync = sync_writes_;
  const rocksdb::Status status = database.db().Write(options, &batch);
  if (!status.ok()) {
    database_.WriteFailed(batch);
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
                                        rocksdb::WriteBatch& batch) {
  MergeMark(database, mark, batch);
  FLEETCA_RETURN_IF_ERROR(WriteBatch(database, batch));
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
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForWriting());
  rocksdb::WriteBatch batch;
  PutMark(*database, ToMark(time), batch);
  FLEETCA_RETURN_IF_ERROR(WriteBatch(*database, batch));
  latest_mark_.store(ToMark(time));
  database_.SyncHead();
  return absl::OkStatus();
}

absl::Status RocksDbStore::Write(const Commit& commit) {
  const CommitTimer timer;
  FLEETCA_RETURN_IF_ERROR(CheckCommit(commit));
  if (commit.certificates.empty()) {
    return absl::OkStatus();
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForWriting());
  rocksdb::WriteBatch batch = MakeBatch(*database, commit);
  FLEETCA_RETURN_IF_ERROR(WriteBatchAt(LatestMark(commit.certificates), *database, batch));
  timer.Done(commit.certificates.size(), *stats_);
  return absl::OkStatus();
}

// The record of a serial that an index names.
absl::StatusOr<CertificateRecord> GetIndexed(const Database& database,
                                             const rocksdb::ReadOptions& options,
                                             absl::string_view serial) {
  rocksdb::PinnableSlice value;
  const rocksdb::Status status =
      database.db().Get(options, database.certificates(), AsSlice(serial), &value);
  if (status.IsNotFound()) {
    return DataLoss(Reason::kStoreCorrupt,
                    absl::StrCat("an index names the serial ", absl::BytesToHexString(serial),
                                 ", whose record is gone; restore the store from a backup"));
  }
  if (!status.ok()) {
    return ReadError(status);
  }
  return DecodeRecord(serial, AsView(value));
}

absl::StatusOr<CertificateRecord> RocksDbStore::GetBySerial(absl::string_view serial) const {
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForReading());
  rocksdb::PinnableSlice value;
  const rocksdb::Status status =
      database->db().Get(rocksdb::ReadOptions(), database->certificates(), AsSlice(serial), &value);
  if (status.IsNotFound()) {
    return NotFound(Reason::kNotFound, "serial",
                    absl::StrCat("no certificate has the serial ", absl::BytesToHexString(serial)));
  }
  if (!status.ok()) {
    return ReadError(status);
  }
  return DecodeRecord(serial, AsView(value));
}

absl::StatusOr<CertificateRecord> RocksDbStore::GetByRequestKey(
    absl::string_view request_key) const {
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForReading());
  rocksdb::PinnableSlice serial;
  const rocksdb::Status status = database->db().Get(rocksdb::ReadOptions(), database->requests(),
                                                    AsSlice(request_key), &serial);
  if (status.IsNotFound()) {
    return NotFound(Reason::kNotFound, "request_id",
                    "no certificate was issued for this request_id");
  }
  if (!status.ok()) {
    return ReadError(status);
  }
  return GetIndexed(*database, rocksdb::ReadOptions(), AsView(serial));
}

absl::Status RocksDbStore::ForEachByExpiry(absl::Time from, absl::Time to,
                                           RecordVisitor visitor) const {
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForReading());
  const std::string lower = ExpiryLowerBound(from);
  const std::string upper = ExpiryLowerBound(to);
  const rocksdb::Slice upper_slice(upper);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &upper_slice;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> it(
      database->db().NewIterator(options, database->certificates()));
  for (it->Seek(lower); it->Valid(); it->Next()) {
    FLEETCA_ASSIGN_OR_RETURN(const CertificateRecord record,
                             DecodeRecord(AsView(it->key()), AsView(it->value())));
    if (!visitor(record)) {
      return absl::OkStatus();
    }
  }
  return it->status().ok() ? absl::OkStatus() : ReadError(it->status());
}

absl::Status RocksDbStore::ForEachByIdentity(absl::string_view identity,
                                             RecordVisitor visitor) const {
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForReading());
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  options.snapshot = database->db().GetSnapshot();
  const auto releaser = absl::MakeCleanup(
      [&database, &options] { database->db().ReleaseSnapshot(options.snapshot); });
  const std::unique_ptr<rocksdb::Iterator> it(
      database->db().NewIterator(options, database->identities()));
  const std::string prefix = IdentityPrefix(identity);
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
    FLEETCA_ASSIGN_OR_RETURN(
        const CertificateRecord record,
        GetIndexed(*database, options, SerialOfIdentityKey(AsView(it->key()))));
    if (record.identity == identity && !visitor(record)) {
      return absl::OkStatus();
    }
  }
  return it->status().ok() ? absl::OkStatus() : ReadError(it->status());
}

absl::Status RocksDbStore::AddJoinTokens(absl::Span<const JoinToken> tokens) {
  for (const JoinToken& token : tokens) {
    FLEETCA_RETURN_IF_ERROR(CheckJoinToken(token));
  }
  if (tokens.empty()) {
    return absl::OkStatus();
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForWriting());
  rocksdb::WriteBatch batch;
  PutTokens(*database, tokens, batch);
  return WriteBatchAt(LatestMark(tokens), *database, batch);
}

absl::Status RocksDbStore::RevokeJoinTokens(absl::Span<const std::string> hashes,
                                            const JoinTokenRevocation& revocation) {
  for (const std::string& hash : hashes) {
    FLEETCA_RETURN_IF_ERROR(CheckJoinTokenHash(hash));
  }
  if (hashes.empty()) {
    return absl::OkStatus();
  }
  absl::MutexLock lock(&revocation_mutex_);
  FLEETCA_ASSIGN_OR_RETURN(const std::shared_ptr<Database> database, database_.ForWriting());
  rocksdb::WriteBatch batch;
  FLEETCA_RETURN_IF_ERROR(PutTokenRevocations(*database, hashes, revocation, batch));
  if (batch.Count() == 0) {
    return absl::OkStatus();
  }
  return WriteBatchAt(ToMark(revocation.revoked_at), *database, batch);
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
  absl::MutexLock lock(&revocation_mutex_);
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
