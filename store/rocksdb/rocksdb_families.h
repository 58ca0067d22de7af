// How RocksDB keeps each column family of the store. Private to the RocksDB target.
#ifndef FLEETCA_STORE_ROCKSDB_ROCKSDB_FAMILIES_H_
#define FLEETCA_STORE_ROCKSDB_ROCKSDB_FAMILIES_H_

#include <rocksdb/db.h>

#include <vector>

#include "store/rocksdb/rocksdb_database.h"

namespace fleetca::store {

// By Family.
std::vector<rocksdb::ColumnFamilyDescriptor> MakeFamilies(const DatabaseOptions& options);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_ROCKSDB_FAMILIES_H_
