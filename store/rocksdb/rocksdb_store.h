// The store on RocksDB.
#ifndef FLEETCA_STORE_ROCKSDB_ROCKSDB_STORE_H_
#define FLEETCA_STORE_ROCKSDB_ROCKSDB_STORE_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "store/store.h"

namespace fleetca::store {

struct RocksDbOptions {
  // A folder of its own; made with mode 0700 when absent (its parent must exist).
  std::string path;
  // Outside that folder, says which store belongs there and how far it got
  // (store/rocksdb/outside_head.h). Empty: nothing does, and an older copy of the folder, or an
  // empty folder, passes for the store.
  std::string head_file;
  // The operator says that there was no store before: one is made though head_file says nothing.
  bool new_store = false;
  size_t memtable_bytes = size_t{64} << 20;
  // Of data, indexes and filters, so that memory does not grow with what is stored.
  size_t block_cache_bytes = size_t{64} << 20;
  // Table files that are open at a time; 0: what the store's share of the process's descriptors
  // leaves (base/descriptor_budget.h).
  int max_open_files = 0;
  // The size of the smallest tables of certificates; those of deeper levels are larger. Small in
  // tests alone.
  size_t table_file_bytes = size_t{64} << 20;
  // Tests only: false makes Write return before the sync.
  bool sync_writes = true;
};

// Opens or creates. FAILED_PRECONDITION kStoreLocked when another process has it open (the message
// names the folder and the remedy), kStoreRefused when it is not the store that head_file speaks
// of: new, older, gone, another's (the message says what to do), kStoreCorrupt (DATA_LOSS) when
// what is there cannot be all that was written, FAILED_PRECONDITION when the format is of a newer
// release. A store that has never had a head outside gets one.
absl::StatusOr<std::unique_ptr<Store>> OpenRocksDbStore(const RocksDbOptions& options);

// The version of RocksDB, such as "7.8.3".
std::string RocksDbVersion();

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_ROCKSDB_STORE_H_
