// The store's time mark in RocksDB. Private to the RocksDB target.
#ifndef FLEETCA_STORE_ROCKSDB_ROCKSDB_CLOCK_H_
#define FLEETCA_STORE_ROCKSDB_ROCKSDB_CLOCK_H_

#include <rocksdb/merge_operator.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "store/rocksdb/rocksdb_database.h"

namespace fleetca::store {

// Of two marks the later. Writes merge theirs rather than put it, so that of two at the same time
// the one that comes last cannot take the mark back.
std::shared_ptr<rocksdb::MergeOperator> MakeMarkMerger();

// Puts a mark in the place of all before.
void PutMark(const Database& database, int64_t mark, rocksdb::WriteBatch& batch);
void MergeMark(const Database& database, int64_t mark, rocksdb::WriteBatch& batch);

// nullopt when no write noted a time, or only those of a release that knew no marks.
absl::StatusOr<std::optional<int64_t>> ReadMark(const Database& database);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_ROCKSDB_CLOCK_H_
