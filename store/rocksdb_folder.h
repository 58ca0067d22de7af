// A store's folder, opened or made. Private to the RocksDB target.
//
//   lock           held while the store is open (store/folder_lock.h)
//   fleetca.store  says that there is a store (store/witness.h)
//   head           says how far it got (store/head_file.h)
//   rocksdb/       the database, which also keeps the witness's text
//   rocksdb.log    its warnings, for the operator (store/rocksdb_log.h)
#ifndef FLEETCA_STORE_ROCKSDB_FOLDER_H_
#define FLEETCA_STORE_ROCKSDB_FOLDER_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "store/folder_lock.h"
#include "store/head_file.h"
#include "store/rocksdb_database.h"
#include "store/rocksdb_store.h"

namespace fleetca::store {

// Destroyed from the last member to the first: the folder is another's only once all is closed.
struct StoreFolder {
  std::unique_ptr<FolderLock> lock;
  std::unique_ptr<HeadFile> head;
  std::unique_ptr<Database> database;
  uint16_t instance_id = 0;
  int64_t latest_mark = 0;  // store/time_mark.h
};

// As OpenRocksDbStore. Nothing is made or changed in a folder whose parts do not belong together.
absl::StatusOr<StoreFolder> OpenStoreFolder(const DatabaseOptions& options);

// Opens the database of a finished store, and checks that it is the one of the witness and holds
// all that the head says was acknowledged.
absl::StatusOr<std::unique_ptr<Database>> OpenDatabase(const DatabaseOptions& options,
                                                       const HeadFile& head);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_FOLDER_H_
