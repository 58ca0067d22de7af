// A store's folder, opened or made. Private to the RocksDB target.
//
//   lock           held while the store is open (store/rocksdb/folder_lock.h)
//   fleetca.store  says that there is a store (store/rocksdb/witness.h)
//   head           says how far it got (store/rocksdb/head_file.h)
//   rocksdb/       the database, which also keeps the witness's text
//   rocksdb.log    its warnings, for the operator (store/rocksdb/rocksdb_log.h)
// and, where the options name one, outside that folder:
//   head_file      says which store belongs here, and how far it got (store/rocksdb/outside_head.h)
#ifndef FLEETCA_STORE_ROCKSDB_ROCKSDB_FOLDER_H_
#define FLEETCA_STORE_ROCKSDB_ROCKSDB_FOLDER_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "store/records/feed_record.h"
#include "store/rocksdb/folder_lock.h"
#include "store/rocksdb/head_file.h"
#include "store/rocksdb/outside_head.h"
#include "store/rocksdb/rocksdb_database.h"
#include "store/rocksdb/rocksdb_store.h"
#include "store/rocksdb/store_history.h"

namespace fleetca::store {

// Destroyed from the last member to the first: the folder is another's only once all is closed.
struct StoreFolder {
  std::unique_ptr<FolderLock> lock;
  std::unique_ptr<HeadFile> head;
  std::unique_ptr<OutsideHead> outside;  // null without a head_file
  std::unique_ptr<Database> database;
  uint16_t instance_id = 0;
  int64_t latest_mark = 0;              // store/records/time_mark.h
  FeedState feed;                       // how far revocations are
  std::optional<StoreHistory> history;  // of a store that has, or had, a head outside
};

// As OpenRocksDbStore. Nothing is made or changed in a folder whose parts do not belong together,
// or that is not the one of its head outside.
absl::StatusOr<StoreFolder> OpenStoreFolder(const DatabaseOptions& options);

// The same, whatever the head outside says; that is neither read nor written. `made_new` says
// whether the store was made just now.
absl::StatusOr<StoreFolder> OpenAnyStoreFolder(const DatabaseOptions& options, bool* made_new);

absl::Status WriteStoreHistory(const DatabaseOptions& options, const Database& database,
                               const StoreHistory& history);

// The store over an open folder.
std::unique_ptr<Store> MakeRocksDbStore(const DatabaseOptions& options, StoreFolder folder);

// Opens the database of a finished store, and checks that it is the one of the witness and holds
// all that the head says was acknowledged.
absl::StatusOr<std::unique_ptr<Database>> OpenDatabase(const DatabaseOptions& options,
                                                       const HeadFile& head);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_ROCKSDB_FOLDER_H_
