// The store on RocksDB: one WriteBatch and one synced write for an Append.
//
// @MEASURED@
#include "store/rocksdb_store.h"

#include <rocksdb/db.h>
#include <rocksdb/perf_level.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/cleanup/cleanup.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "store/head_file.h"
#include "store/keys.h"
#include "store/record.h"
#include "store/rocksdb_database.h"
#include "store/rocksdb_folder.h"

namespace fleetca::store {
namespace {

constexpr std::chrono::seconds kResumeInterval(1);

// The number of the last entry of a batch that was written; 0 when it cannot be told. RocksDB gives
// each entry a number that rises by one, and notes that of the first at the start of the batch.
uint64_t LastNumber(const rocksdb::WriteBatch& batch) {
  uint64_t first = 0;
  if (batch.Data().size() < sizeof(first) || batch.Count() == 0) {
    return 0;
  }
  for (size_t i = sizeof(first); i > 0; --i) {
    first = (first << 8) | static_cast<unsigned char>(batch.Data()[i - 1]);
  }
  return first == 0 ? 0 : first + batch.Count() - 1;
}

rocksdb::WriteBatch MakeBatch(const Database& database,
                              absl::Span<const CertificateRecord> records) {
  // For each record its keys and lengths come to about this much on top.
  constexpr size_t kOverhead = 256;
  size_t bytes = 0;
  for (const CertificateRecord& record : records) {
    bytes += record.certificate.size() + record.identity.size() + record.requester.size() +
             2 * record.request_key.size() + kOverhead;
  }
  rocksdb::WriteBatch batch(bytes);
  std::vector<std::pair<absl::string_view, absl::string_view>> requests;
  std::vector<std::string> identities;
  requests.reserve(records.size());
  identities.reserve(records.size());
  std::string value;
  for (const CertificateRecord& record : records) {
    EncodeRecord(record, value);
    batch.Put(database.certificates(), record.serial, value);
    identities.push_back(IdentityKey(record.identity, record.serial));
    if (!record.request_key.empty()) {
      requests.emplace_back(record.request_key, record.serial);
    }
  }
  std::sort(requests.begin(), requests.end());
  std::sort(identities.begin(), identities.end());
  for (const auto& [request_key, serial] : requests) {
    batch.Put(database.requests(), AsSlice(request_key), AsSlice(serial));
  }
  for (const std::string& key : identities) {
    batch.Put(database.identities(), key, rocksdb::Slice());
  }
  return batch;
}

class RocksDbStore : public Store {
 public:
  RocksDbStore(bool sync_writes, StoreFolder folder)
      : sync_writes_(sync_writes), folder_(std::move(folder)) {}

  absl::Status Append(absl::Span<const CertificateRecord> records) override;
  absl::StatusOr<CertificateRecord> GetBySerial(absl::string_view serial) const override;
  absl::StatusOr<CertificateRecord> GetByRequestKey(absl::string_view request_key) const override;
  absl::Status ForEachByExpiry(absl::Time from, absl::Time to,
                               RecordVisitor visitor) const override;
  absl::Status ForEachByIdentity(absl::string_view identity, RecordVisitor visitor) const override;
  uint16_t instance_id() const override { return folder_.instance_id; }

 private:
  const Database& database() const { return *folder_.database; }
  rocksdb::DB& db() const { return database().db(); }

  // The record of a serial that an index names.
  absl::StatusOr<CertificateRecord> GetIndexed(const rocksdb::ReadOptions& options,
                                               absl::string_view serial) const;
  void ResumeIfDue() ABSL_LOCKS_EXCLUDED(resume_mutex_);

  const bool sync_writes_;
  const StoreFolder folder_;
  // Whether the last Append failed.
  std::atomic<bool> failing_ = false;
  absl::Mutex resume_mutex_;
  std::chrono::steady_clock::time_point last_resume_ ABSL_GUARDED_BY(resume_mutex_);
};

absl::Status RocksDbStore::Append(absl::Span<const CertificateRecord> records) {
  if (records.empty()) {
    return absl::OkStatus();
  }
  for (const CertificateRecord& record : records) {
    FLEETCA_RETURN_IF_ERROR(CheckRecord(record));
  }
  if (failing_.load(std::memory_order_relaxed)) {
    ResumeIfDue();
  }
  rocksdb::WriteBatch batch = MakeBatch(database(), records);
  // Nobody reads RocksDB's counters of this thread, and counting every comparison costs a tenth.
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
  rocksdb::WriteOptions options;
  options.sync = sync_writes_;
  const rocksdb::Status status = db().Write(options, &batch);
  if (!status.ok()) {
    failing_.store(true, std::memory_order_relaxed);
    return Unavailable(Reason::kStoreUnavailable,
                       absl::StrCat("the store cannot write, and nothing is issued until it can; "
                                    "look at the disk's space and health: ",
                                    status.ToString()));
  }
  failing_.store(false, std::memory_order_relaxed);
  if (sync_writes_) {
    folder_.head->Advance(LastNumber(batch));
  }
  return absl::OkStatus();
}

// After a full disk RocksDB refuses all writes until it is told to go on. It also tries by itself,
// more slowly. After any other failed write or sync it stays so until it is opened again, because
// nobody can say what the disk still holds of what it was given.
void RocksDbStore::ResumeIfDue() {
  absl::MutexLock lock(&resume_mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now - last_resume_ < kResumeInterval) {
    return;
  }
  last_resume_ = now;
  // Whether it worked shows in the write that follows.
  db().Resume().PermitUncheckedError();
}

absl::StatusOr<CertificateRecord> RocksDbStore::GetBySerial(absl::string_view serial) const {
  rocksdb::PinnableSlice value;
  const rocksdb::Status status =
      db().Get(rocksdb::ReadOptions(), database().certificates(), AsSlice(serial), &value);
  if (status.IsNotFound()) {
    return MakeError(
        absl::StatusCode::kNotFound, Reason::kNotFound, "serial",
        absl::StrCat("no certificate has the serial ", absl::BytesToHexString(serial)));
  }
  if (!status.ok()) {
    return ReadError(status);
  }
  return DecodeRecord(serial, AsView(value));
}

absl::StatusOr<CertificateRecord> RocksDbStore::GetIndexed(const rocksdb::ReadOptions& options,
                                                           absl::string_view serial) const {
  rocksdb::PinnableSlice value;
  const rocksdb::Status status =
      db().Get(options, database().certificates(), AsSlice(serial), &value);
  if (status.IsNotFound()) {
    return MakeError(absl::StatusCode::kDataLoss, Reason::kStoreCorrupt, "",
                     absl::StrCat("an index names the serial ", absl::BytesToHexString(serial),
                                  ", whose record is gone; restore the store from a backup"));
  }
  if (!status.ok()) {
    return ReadError(status);
  }
  return DecodeRecord(serial, AsView(value));
}

absl::StatusOr<CertificateRecord> RocksDbStore::GetByRequestKey(
    absl::string_view request_key) const {
  rocksdb::PinnableSlice serial;
  const rocksdb::Status status =
      db().Get(rocksdb::ReadOptions(), database().requests(), AsSlice(request_key), &serial);
  if (status.IsNotFound()) {
    return MakeError(absl::StatusCode::kNotFound, Reason::kNotFound, "request_id",
                     "no certificate was issued for this request_id");
  }
  if (!status.ok()) {
    return ReadError(status);
  }
  return GetIndexed(rocksdb::ReadOptions(), AsView(serial));
}

absl::Status RocksDbStore::ForEachByExpiry(absl::Time from, absl::Time to,
                                           RecordVisitor visitor) const {
  const std::string lower = ExpiryLowerBound(from);
  const std::string upper = ExpiryLowerBound(to);
  const rocksdb::Slice upper_slice(upper);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &upper_slice;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> it(db().NewIterator(options, database().certificates()));
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
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  options.snapshot = db().GetSnapshot();
  const auto releaser =
      absl::MakeCleanup([this, &options] { db().ReleaseSnapshot(options.snapshot); });
  const std::unique_ptr<rocksdb::Iterator> it(db().NewIterator(options, database().identities()));
  const std::string prefix = IdentityPrefix(identity);
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
    FLEETCA_ASSIGN_OR_RETURN(const CertificateRecord record,
                             GetIndexed(options, SerialOfIdentityKey(AsView(it->key()))));
    if (record.identity == identity && !visitor(record)) {
      return absl::OkStatus();
    }
  }
  return it->status().ok() ? absl::OkStatus() : ReadError(it->status());
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenRocksDbStore(const RocksDbOptions& options) {
  FLEETCA_ASSIGN_OR_RETURN(StoreFolder folder, OpenStoreFolder(options));
  return std::make_unique<RocksDbStore>(options.sync_writes, std::move(folder));
}

}  // namespace fleetca::store
