#include "store/rocksdb/rocksdb_lineages.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "base/status_macros.h"
#include "store/records/keys.h"
#include "store/records/lineage_record.h"
#include "store/records/record.h"
#include "store/records/revocation_keys.h"
#include "store/rocksdb/rocksdb_certificates.h"

namespace fleetca::store {
namespace {

// The value's record, unless all of the lineage was pruned.
absl::StatusOr<std::optional<LineageRecord>> Decode(const Database& database,
                                                    absl::string_view lineage,
                                                    absl::string_view value) {
  FLEETCA_ASSIGN_OR_RETURN(LineageRecord record, DecodeLineage(lineage, value));
  if (database.cutoff().IsPast(SerialBound(record.expires))) {
    return std::nullopt;
  }
  return record;
}

// Whether steps of a lineage without a record may have been lost, which only matters for a step
// that would be stale without that: by a restore, or by pruning with a clock that was ahead.
absl::StatusOr<bool> MayHaveLost(const Database& database, absl::string_view lineage,
                                 absl::string_view previous, const Restores& restores) {
  if (previous == lineage) {
    return false;
  }
  if (database.cutoff().WasEverPast(previous)) {
    return true;
  }
  if (restores.epoch == 0) {
    return false;
  }
  const absl::StatusOr<CertificateRecord> first = ReadBySerial(database, lineage);
  if (!first.ok() && !absl::IsNotFound(first.status())) {
    return first.status();
  }
  return MayHaveLostSteps(restores, first.ok() ? &*first : nullptr);
}

// The ids in `keys`, each once, in their order.
std::vector<absl::string_view> Distinct(absl::Span<const CommitKey> keys) {
  std::vector<absl::string_view> lineages;
  lineages.reserve(keys.size());
  for (const CommitKey& key : keys) {
    if (lineages.empty() || lineages.back() != key.key) {
      lineages.push_back(key.key);
    }
  }
  return lineages;
}

absl::Status LookUpRecords(const Database& database, const std::vector<absl::string_view>& lineages,
                           LineagePlan::Facts& facts) {
  std::vector<rocksdb::Slice> keys;
  keys.reserve(lineages.size());
  for (const absl::string_view lineage : lineages) {
    keys.push_back(AsSlice(lineage));
  }
  std::vector<rocksdb::PinnableSlice> values(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  database.db().MultiGet(rocksdb::ReadOptions(), database.lineages(), keys.size(), keys.data(),
                         values.data(), statuses.data(), /*sorted_input=*/true);
  for (size_t i = 0; i < keys.size(); ++i) {
    LineageFacts& found = facts[lineages[i]];
    if (statuses[i].IsNotFound()) {
      continue;
    }
    if (!statuses[i].ok()) {
      return ReadError(statuses[i]);
    }
    FLEETCA_ASSIGN_OR_RETURN(found.record, Decode(database, lineages[i], AsView(values[i])));
  }
  return absl::OkStatus();
}

absl::Status LookUpBlocks(const Database& database, const std::vector<absl::string_view>& lineages,
                          LineagePlan::Facts& facts) {
  rocksdb::PinnableSlice value;
  for (const absl::string_view lineage : lineages) {
    const rocksdb::Status status =
        database.db().Get(rocksdb::ReadOptions(), database.revocations(),
                          BlockKey({BlockKind::kLineage, std::string(lineage)}), &value);
    if (!status.ok() && !status.IsNotFound()) {
      return ReadError(status);
    }
    facts[lineage].blocked = status.ok();
    value.Reset();
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<LineagePlan::Facts> LookUpLineages(const Database& database, const Commit& commit,
                                                  absl::Span<const CommitKey> keys,
                                                  const Restores& restores, bool has_blocks) {
  LineagePlan::Facts facts;
  if (keys.empty() || commit.lineage_steps.empty()) {
    return facts;
  }
  const std::vector<absl::string_view> lineages = Distinct(keys);
  facts.reserve(lineages.size());
  FLEETCA_RETURN_IF_ERROR(LookUpRecords(database, lineages, facts));
  if (has_blocks) {
    FLEETCA_RETURN_IF_ERROR(LookUpBlocks(database, lineages, facts));
  }
  for (const CommitKey& key : keys) {
    LineageFacts& found = facts[key.key];
    if (key.certificate != CommitKey::kNoCertificate && !found.record.has_value() &&
        !found.may_have_lost_steps) {
      FLEETCA_ASSIGN_OR_RETURN(
          found.may_have_lost_steps,
          MayHaveLost(database, key.key, commit.lineage_steps[key.use].previous, restores));
    }
  }
  return facts;
}

void PutLineages(const Database& database, absl::Span<const LineageWrite> writes,
                 rocksdb::WriteBatch& batch) {
  for (const LineageWrite& write : writes) {
    batch.Put(database.lineages(), AsSlice(write.lineage), EncodeLineage(write.lineage, write.now));
  }
}

void PutLineageMember(const Database& database, const CertificateRecord& record,
                      rocksdb::WriteBatch& batch) {
  if (LineageOf(record) != record.serial) {
    batch.Put(database.lineages(), LineageMemberKey(record.lineage, record.serial),
              rocksdb::Slice());
  }
}

void PutLineagesBack(const Database& database, absl::Span<const LineageWrite> writes,
                     rocksdb::WriteBatch& batch) {
  for (const LineageWrite& write : writes) {
    if (write.before.has_value()) {
      batch.Put(database.lineages(), AsSlice(write.lineage),
                EncodeLineage(write.lineage, *write.before));
    }
  }
}

absl::StatusOr<LineageState> ReadLineage(const Database& database, absl::string_view lineage) {
  // Those of another size are of no lineage, or a member's.
  if (lineage.size() != kSerialSize) {
    return LineageNotFound(lineage);
  }
  rocksdb::PinnableSlice value;
  const rocksdb::Status status =
      database.db().Get(rocksdb::ReadOptions(), database.lineages(), AsSlice(lineage), &value);
  if (status.IsNotFound()) {
    return LineageNotFound(lineage);
  }
  if (!status.ok()) {
    return ReadError(status);
  }
  FLEETCA_ASSIGN_OR_RETURN(std::optional<LineageRecord> record,
                           Decode(database, lineage, AsView(value)));
  if (!record.has_value()) {
    return LineageNotFound(lineage);
  }
  return std::move(record->state);
}

absl::Status ForEachCertificateByLineage(const Database& database, absl::string_view lineage,
                                         RecordVisitor visitor) {
  if (lineage.size() != kSerialSize) {
    return absl::OkStatus();
  }
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  options.snapshot = database.db().GetSnapshot();
  const auto releaser =
      absl::MakeCleanup([&database, &options] { database.db().ReleaseSnapshot(options.snapshot); });
  std::vector<std::string> serials = {std::string(lineage)};
  {
    const std::unique_ptr<rocksdb::Iterator> it(
        database.db().NewIterator(options, database.lineages()));
    for (it->Seek(AsSlice(lineage)); it->Valid() && it->key().starts_with(AsSlice(lineage));
         it->Next()) {
      if (const absl::string_view serial = SerialOfLineageMemberKey(AsView(it->key()));
          !serial.empty()) {
        serials.emplace_back(serial);
      }
    }
    if (!it->status().ok()) {
      return ReadError(it->status());
    }
  }
  std::sort(serials.begin(), serials.end());
  for (const std::string& serial : serials) {
    // The first one stands in no index, so that it may be absent.
    const absl::StatusOr<CertificateRecord> record = serial == lineage
                                                         ? ReadBySerial(database, serial, options)
                                                         : ReadIndexed(database, options, serial);
    if (absl::IsNotFound(record.status())) {
      continue;
    }
    FLEETCA_RETURN_IF_ERROR(record.status());
    if (LineageOf(*record) == lineage && !visitor(*record)) {
      return absl::OkStatus();
    }
  }
  return absl::OkStatus();
}

}  // namespace fleetca::store
