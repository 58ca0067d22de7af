#include "store/rocksdb/rocksdb_clock.h"

#include <algorithm>
#include <string>

#include "base/status_macros.h"
#include "store/records/keys.h"
#include "store/records/time_mark.h"

namespace fleetca::store {
namespace {

class MarkMerger : public rocksdb::AssociativeMergeOperator {
 public:
  bool Merge(const rocksdb::Slice& /*key*/, const rocksdb::Slice* existing,
             const rocksdb::Slice& value, std::string* merged,
             rocksdb::Logger* /*logger*/) const override {
    const absl::StatusOr<int64_t> one = DecodeMark(AsView(value));
    const absl::StatusOr<int64_t> other = existing == nullptr ? one : DecodeMark(AsView(*existing));
    if (!one.ok() || !other.ok()) {
      return false;
    }
    *merged = EncodeMark(std::max(*one, *other));
    return true;
  }
  const char* Name() const override { return "fleetca.latest"; }
};

}  // namespace

std::shared_ptr<rocksdb::MergeOperator> MakeMarkMerger() { return std::make_shared<MarkMerger>(); }

void PutMark(const Database& database, int64_t mark, rocksdb::WriteBatch& batch) {
  batch.Put(database.description(), kClockKey, EncodeMark(mark));
}

void MergeMark(const Database& database, int64_t mark, rocksdb::WriteBatch& batch) {
  batch.Merge(database.description(), kClockKey, EncodeMark(mark));
}

absl::StatusOr<std::optional<int64_t>> ReadMark(const Database& database) {
  std::string value;
  const rocksdb::Status status =
      database.db().Get(rocksdb::ReadOptions(), database.description(), kClockKey, &value);
  if (status.IsNotFound()) {
    return std::nullopt;
  }
  if (!status.ok()) {
    return ReadError(status);
  }
  FLEETCA_ASSIGN_OR_RETURN(const int64_t mark, DecodeMark(value));
  return mark;
}

}  // namespace fleetca::store
