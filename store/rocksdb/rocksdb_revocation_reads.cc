#include "store/rocksdb/rocksdb_revocation_reads.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "store/records/block_record.h"
#include "store/records/crl_state_record.h"
#include "store/records/early_renewal_record.h"
#include "store/records/feed_record.h"
#include "store/records/revocation_keys.h"
#include "store/records/revocation_record.h"
#include "store/rocksdb/rocksdb_revocations.h"

namespace fleetca::store {
namespace {

// What several reads see, as it was at one instant.
class Snapshot {
 public:
  explicit Snapshot(const Database& database) : database_(database) {
    options_.snapshot = database_.db().GetSnapshot();
    options_.fill_cache = false;
  }
  ~Snapshot() { database_.db().ReleaseSnapshot(options_.snapshot); }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  const rocksdb::ReadOptions& options() const { return options_; }

 private:
  const Database& database_;
  rocksdb::ReadOptions options_;
};

// The entries in [lower, upper), each read by `decode`; `visit` says whether to go on.
template <typename Entry, typename Visitor>
absl::Status Scan(const Database& database, const rocksdb::ReadOptions& base,
                  const std::string& lower, const std::string& upper,
                  absl::StatusOr<Entry> (*decode)(absl::string_view, absl::string_view),
                  Visitor visit) {
  const rocksdb::Slice upper_slice(upper);
  rocksdb::ReadOptions options = base;
  options.iterate_upper_bound = &upper_slice;
  const std::unique_ptr<rocksdb::Iterator> it(
      database.db().NewIterator(options, database.revocations()));
  for (it->Seek(lower); it->Valid(); it->Next()) {
    FLEETCA_ASSIGN_OR_RETURN(const Entry entry, decode(AsView(it->key()), AsView(it->value())));
    if (!visit(entry)) {
      return absl::OkStatus();
    }
  }
  return it->status().ok() ? absl::OkStatus() : ReadError(it->status());
}

// The entry under `key`, or `not_found`.
template <typename Entry>
absl::StatusOr<Entry> Read(const Database& database, const std::string& key,
                           const rocksdb::ReadOptions& options,
                           absl::StatusOr<Entry> (*decode)(absl::string_view, absl::string_view),
                           absl::Status (*not_found)()) {
  rocksdb::PinnableSlice value;
  const rocksdb::Status status = database.db().Get(options, database.revocations(), key, &value);
  if (status.IsNotFound()) {
    return not_found();
  }
  if (!status.ok()) {
    return ReadError(status);
  }
  return decode(key, AsView(value));
}

rocksdb::ReadOptions ScanOptions() {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  return options;
}

absl::Status NameWithoutRecord() {
  return DataLoss(Reason::kStoreCorrupt,
                  "the feed of revocations names a revocation or a block that is gone; restore "
                  "the store from a backup");
}

// The revocations that the changes name, in their order, each as it is in the snapshot. Read at
// once, as every revocation is read so by each part of the server that follows the feed.
absl::StatusOr<std::vector<Revocation>> ReadNamed(const Database& database,
                                                  const std::vector<ChangeRecord>& records,
                                                  const rocksdb::ReadOptions& options) {
  std::vector<std::string> keys;
  for (const ChangeRecord& record : records) {
    if (const auto* revoked = std::get_if<RevokedSerial>(&record)) {
      keys.push_back(RevocationKey(revoked->serial));
    }
  }
  const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
  std::vector<rocksdb::PinnableSlice> values(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  database.db().MultiGet(options, database.revocations(), slices.size(), slices.data(),
                         values.data(), statuses.data());
  std::vector<Revocation> revocations;
  revocations.reserve(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    if (!statuses[i].ok()) {
      return statuses[i].IsNotFound() ? NameWithoutRecord() : ReadError(statuses[i]);
    }
    FLEETCA_ASSIGN_OR_RETURN(revocations.emplace_back(),
                             DecodeRevocation(keys[i], AsView(values[i])));
  }
  return revocations;
}

// The changes as they are in the snapshot, whose records stand there too.
absl::Status Resolve(const Database& database, std::vector<ChangeRecord> records,
                     const rocksdb::ReadOptions& options, RevocationChanges& changes) {
  FLEETCA_ASSIGN_OR_RETURN(std::vector<Revocation> revocations,
                           ReadNamed(database, records, options));
  auto next = revocations.begin();
  changes.changes.reserve(records.size());
  for (ChangeRecord& record : records) {
    if (std::holds_alternative<RevokedSerial>(record)) {
      changes.changes.emplace_back(std::move(*next++));
    } else if (const auto* target = std::get_if<BlockTarget>(&record)) {
      absl::StatusOr<Block> block = ReadBlock(database, *target, options);
      if (absl::IsNotFound(block.status())) {
        return NameWithoutRecord();
      }
      FLEETCA_RETURN_IF_ERROR(block.status());
      changes.changes.emplace_back(*std::move(block));
    } else {
      changes.changes.emplace_back(std::get<Unblock>(std::move(record)));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Revocation> ReadRevocation(const Database& database, absl::string_view serial,
                                          const rocksdb::ReadOptions& options) {
  const absl::StatusOr<Revocation> revocation = Read(
      database, RevocationKey(serial), options, &DecodeRevocation,
      +[] { return RevocationNotFound(""); });
  return absl::IsNotFound(revocation.status()) ? RevocationNotFound(serial) : revocation;
}

absl::StatusOr<uint64_t> ForEachRevocationIn(const Database& database, const RevocationScope& scope,
                                             absl::string_view from, RevocationVisitor visitor) {
  FLEETCA_RETURN_IF_ERROR(CheckRevocationScope(scope));
  const Snapshot snapshot(database);
  FLEETCA_ASSIGN_OR_RETURN(const FeedState feed, ReadFeedState(database, snapshot.options()));
  const std::string prefix =
      scope.shard.has_value() ? ShardPrefix(scope.issuer, *scope.shard) : RevocationKey("");
  FLEETCA_RETURN_IF_ERROR(Scan(
      database, snapshot.options(), absl::StrCat(prefix, from), AfterPrefix(prefix),
      &DecodeRevocation, [&](const Revocation& revocation) {
        return (!scope.issuer.empty() && revocation.issuer != scope.issuer) || visitor(revocation);
      }));
  return feed.last_sequence;
}

absl::StatusOr<RevocationChanges> ReadFeed(const Database& database, uint64_t after, size_t limit) {
  const Snapshot snapshot(database);
  FLEETCA_ASSIGN_OR_RETURN(const FeedState feed, ReadFeedState(database, snapshot.options()));
  RevocationChanges changes;
  changes.last_sequence = feed.last_sequence;
  changes.dropped = after < feed.dropped_sequence || after > feed.last_sequence;
  if (changes.dropped || after == feed.last_sequence || limit == 0) {
    return changes;
  }
  std::vector<ChangeRecord> records;
  FLEETCA_RETURN_IF_ERROR(Scan(database, snapshot.options(), ChangeKey(after + 1),
                               AfterPrefix(ChangePrefix()), &DecodeChange,
                               [&](const ChangeRecord& record) {
                                 records.push_back(record);
                                 return records.size() < limit;
                               }));
  FLEETCA_RETURN_IF_ERROR(Resolve(database, std::move(records), snapshot.options(), changes));
  return changes;
}

absl::StatusOr<Block> ReadBlock(const Database& database, const BlockTarget& target,
                                const rocksdb::ReadOptions& options) {
  return Read(database, BlockKey(target), options, &DecodeBlock, &BlockNotFound);
}

absl::Status ForEachBlockOfKind(const Database& database, BlockKind kind, absl::string_view from,
                                BlockVisitor visitor) {
  const std::string prefix = BlockPrefix(kind);
  return Scan(database, ScanOptions(), absl::StrCat(prefix, from), AfterPrefix(prefix),
              &DecodeBlock, visitor);
}

absl::StatusOr<CrlState> ReadCrlState(const Database& database, const CrlId& crl) {
  return Read(database, CrlStateKey(crl), rocksdb::ReadOptions(), &DecodeCrlState,
              &CrlStateNotFound);
}

absl::Status ForEachStateOfACrl(const Database& database, CrlStateVisitor visitor) {
  const std::string prefix = CrlStatePrefix();
  return Scan(database, ScanOptions(), prefix, AfterPrefix(prefix), &DecodeCrlState, visitor);
}

absl::Status ForEachEarlyRenewalIn(const Database& database, EarlyRenewalVisitor visitor) {
  const std::string prefix = EarlyRenewalPrefix();
  return Scan(database, ScanOptions(), prefix, AfterPrefix(prefix), &DecodeEarlyRenewal, visitor);
}

}  // namespace fleetca::store
