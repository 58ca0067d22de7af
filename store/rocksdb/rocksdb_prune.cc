#include "store/rocksdb/rocksdb_prune.h"

#include <rocksdb/convenience.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "store/records/keys.h"
#include "store/records/lineage_record.h"

namespace fleetca::store {
namespace {

// How old a file of an index may get until it is written anew and so rid of what is past the
// cutoff. Each rewrite reads and writes all of the index once, so it must be rare.
constexpr uint64_t kIndexRewriteSeconds = uint64_t{7} * 24 * 3600;
// RocksDB would choose a period by itself for a family with a compaction filter.
constexpr uint64_t kNever = 0;

using SerialOf = absl::string_view (*)(absl::string_view key, absl::string_view value);

class PruneFilter : public rocksdb::CompactionFilter {
 public:
  PruneFilter(std::shared_ptr<PruneCutoff> cutoff, SerialOf serial_of)
      : cutoff_(std::move(cutoff)), serial_of_(serial_of) {}

  Decision FilterV2(int /*level*/, const rocksdb::Slice& key, ValueType type,
                    const rocksdb::Slice& value, std::string* /*new_value*/,
                    std::string* /*skip_until*/) const override {
    return type == ValueType::kValue && cutoff_->IsPast(serial_of_(AsView(key), AsView(value)))
               ? Decision::kRemove
               : Decision::kKeep;
  }
  const char* Name() const override { return "fleetca.prune"; }

 private:
  const std::shared_ptr<PruneCutoff> cutoff_;
  const SerialOf serial_of_;
};

class PruneFilterFactory : public rocksdb::CompactionFilterFactory {
 public:
  PruneFilterFactory(std::shared_ptr<PruneCutoff> cutoff, SerialOf serial_of)
      : cutoff_(std::move(cutoff)), serial_of_(serial_of) {}

  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
      const rocksdb::CompactionFilter::Context& /*context*/) override {
    return std::make_unique<PruneFilter>(cutoff_, serial_of_);
  }
  const char* Name() const override { return "fleetca.prune"; }

 private:
  const std::shared_ptr<PruneCutoff> cutoff_;
  const SerialOf serial_of_;
};

void PruneBy(const std::shared_ptr<PruneCutoff>& cutoff, SerialOf serial_of,
             uint64_t rewrite_seconds, rocksdb::ColumnFamilyOptions& family) {
  family.compaction_filter_factory = std::make_shared<PruneFilterFactory>(cutoff, serial_of);
  family.periodic_compaction_seconds = rewrite_seconds;
}

}  // namespace

void PruneCertificates(const std::shared_ptr<PruneCutoff>& cutoff,
                       rocksdb::ColumnFamilyOptions& family) {
  // Their files go whole (DropPrunedFiles), as they are in order of expiry.
  PruneBy(
      cutoff, [](absl::string_view key, absl::string_view /*value*/) { return key; }, kNever,
      family);
}

void PruneRequests(const std::shared_ptr<PruneCutoff>& cutoff,
                   rocksdb::ColumnFamilyOptions& family) {
  PruneBy(
      cutoff, [](absl::string_view /*key*/, absl::string_view value) { return value; },
      kIndexRewriteSeconds, family);
}

void PruneIdentities(const std::shared_ptr<PruneCutoff>& cutoff,
                     rocksdb::ColumnFamilyOptions& family) {
  PruneBy(
      cutoff,
      [](absl::string_view key, absl::string_view /*value*/) { return SerialOfIdentityKey(key); },
      kIndexRewriteSeconds, family);
}

void PruneLineages(const std::shared_ptr<PruneCutoff>& cutoff,
                   rocksdb::ColumnFamilyOptions& family) {
  PruneBy(
      cutoff,
      [](absl::string_view key, absl::string_view value) {
        const absl::string_view member = SerialOfLineageMemberKey(key);
        return member.empty() ? ExpiryOfLineageValue(value) : member;
      },
      kIndexRewriteSeconds, family);
}

absl::Status ReadPruneMark(const Database& database, PruneCutoff& cutoff) {
  std::string value;
  const rocksdb::Status status =
      database.db().Get(rocksdb::ReadOptions(), database.description(), kPrunedKey, &value);
  if (status.IsNotFound()) {
    return absl::OkStatus();
  }
  if (!status.ok()) {
    return ReadError(status);
  }
  FLEETCA_ASSIGN_OR_RETURN(const PruneMark mark, DecodePruneMark(value));
  cutoff.Set(mark);
  return absl::OkStatus();
}

void PutPruneMark(const Database& database, const PruneMark& mark, rocksdb::WriteBatch& batch) {
  batch.Put(database.description(), kPrunedKey, EncodePruneMark(mark));
}

absl::Status WritePruneMark(const Database& database, const PruneMark& mark, PruneCutoff& cutoff) {
  rocksdb::WriteOptions synced;
  synced.sync = true;
  rocksdb::WriteBatch batch;
  PutPruneMark(database, mark, batch);
  const rocksdb::Status status = database.db().Write(synced, &batch);
  if (!status.ok()) {
    return Unavailable(
        Reason::kStoreUnavailable,
        absl::StrCat("the store cannot note what it prunes; look at the disk's space "
                     "and health: ",
                     status.ToString()));
  }
  cutoff.Set(mark);
  return absl::OkStatus();
}

absl::Status DropPrunedFiles(const Database& database) {
  const std::string upper = SerialBound(database.cutoff().mark().before);
  const rocksdb::Slice begin("", 0);
  const rocksdb::Slice end(upper);
  const rocksdb::RangePtr range(&begin, &end);
  const rocksdb::Status status = rocksdb::DeleteFilesInRanges(
      &database.db(), database.certificates(), &range, 1, /*include_end=*/false);
  if (!status.ok()) {
    return Unavailable(
        Reason::kStoreUnavailable,
        absl::StrCat("the store cannot delete the files of certificates that expired "
                     "long ago; look at the disk's health: ",
                     status.ToString()));
  }
  return absl::OkStatus();
}

}  // namespace fleetca::store
