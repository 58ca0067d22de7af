// An open RocksDB with the store's column families. Private to the RocksDB target.
#ifndef FLEETCA_STORE_ROCKSDB_DATABASE_H_
#define FLEETCA_STORE_ROCKSDB_DATABASE_H_

#include <rocksdb/db.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "store/rocksdb_store.h"

namespace fleetca::store {

inline rocksdb::Slice AsSlice(absl::string_view text) {
  return rocksdb::Slice(text.data(), text.size());
}

inline absl::string_view AsView(const rocksdb::Slice& slice) {
  return absl::string_view(slice.data(), slice.size());
}

// DATA_LOSS kStoreCorrupt for damage, else UNAVAILABLE kStoreUnavailable.
absl::Status ReadError(const rocksdb::Status& status);

struct DatabaseOptions : RocksDbOptions {
  // Where syncs are counted. Not null; outlives a database that is closed and opened again.
  std::shared_ptr<StoreStats> stats;
};

class Database {
 public:
  // Makes a database in `folder`, over the remains of one that was never finished.
  static absl::StatusOr<std::unique_ptr<Database>> Create(const DatabaseOptions& options,
                                                          const std::string& folder);
  // Opens the one there. DATA_LOSS kStoreCorrupt when something of it is missing or damaged.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const DatabaseOptions& options,
                                                        const std::string& folder);

  // Flushes, so that the next Open has no log to read, and closes.
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Whether a write, a sync or something in the background failed. It stays so.
  bool failed() const { return failed_->load(); }

  rocksdb::DB& db() const { return *db_; }
  rocksdb::ColumnFamilyHandle* description() const { return families_[0]; }
  rocksdb::ColumnFamilyHandle* certificates() const { return families_[1]; }
  rocksdb::ColumnFamilyHandle* requests() const { return families_[2]; }
  rocksdb::ColumnFamilyHandle* identities() const { return families_[3]; }
  // A release that knew no join tokens made databases without; not to be called before CreateTokens
  // then.
  rocksdb::ColumnFamilyHandle* tokens() const { return families_[4]; }
  bool has_tokens() const { return families_.size() > 4; }
  absl::Status CreateTokens();

  // Of all those above.
  absl::Span<rocksdb::ColumnFamilyHandle* const> families() const { return families_; }

 private:
  using Failed = std::shared_ptr<std::atomic<bool>>;

  Database(Failed failed, std::unique_ptr<rocksdb::DB> db,
           std::vector<rocksdb::ColumnFamilyHandle*> families,
           rocksdb::ColumnFamilyOptions tokens_options)
      : failed_(std::move(failed)),
        db_(std::move(db)),
        families_(std::move(families)),
        tokens_options_(std::move(tokens_options)) {}

  static absl::StatusOr<std::unique_ptr<Database>> OpenOrCreate(const DatabaseOptions& options,
                                                                const std::string& folder,
                                                                bool create);

  const Failed failed_;
  const std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
  const rocksdb::ColumnFamilyOptions tokens_options_;
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_DATABASE_H_
