// A commit as RocksDB writes it. Private to the RocksDB target.
#ifndef FLEETCA_STORE_ROCKSDB_ROCKSDB_BATCH_H_
#define FLEETCA_STORE_ROCKSDB_ROCKSDB_BATCH_H_

#include <cstdint>

#include "store/records/commit_keys.h"
#include "store/records/commit_plan.h"
#include "store/rocksdb/rocksdb_database.h"

namespace fleetca::store {

// Everything that is to be written, with its indexes. `keys` are the commit's.
rocksdb::WriteBatch MakeBatch(const Database& database, const CommitPlan& plan,
                              const CommitKeys& keys);

// What that writes over or deletes: for a store whose write failed.
rocksdb::WriteBatch MakeBackBatch(const Database& database, const CommitPlan& plan);

// The number of the last entry of a batch that was written; 0 when it cannot be told.
uint64_t LastNumber(const rocksdb::WriteBatch& batch);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_ROCKSDB_BATCH_H_
