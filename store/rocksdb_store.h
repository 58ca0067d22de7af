// The store on RocksDB.
#ifndef FLEETCA_STORE_ROCKSDB_STORE_H_
#define FLEETCA_STORE_ROCKSDB_STORE_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "store/store.h"

namespace fleetca::store {

struct RocksDbOptions {
  // A folder of its own; made with mode 0700 when absent (its parent must exist).
  std::string path;
  size_t memtable_bytes = size_t{64} << 20;
  size_t block_cache_bytes = size_t{64} << 20;
  // Tests only: false makes Write return before the sync.
  bool sync_writes = true;
};

// Opens or creates. FAILED_PRECONDITION kStoreLocked when another process has it open (the message
// names the folder and the remedy), kStoreCorrupt (DATA_LOSS) when what is there cannot be all that
// was written, FAILED_PRECONDITION when the format is of a newer release.
absl::StatusOr<std::unique_ptr<Store>> OpenRocksDbStore(const RocksDbOptions& options);

// The version of RocksDB, such as "7.8.3".
std::string RocksDbVersion();

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_STORE_H_
