// An open RocksDB with the store's column families. Private to the RocksDB target.
#ifndef FLEETCA_STORE_ROCKSDB_ROCKSDB_DATABASE_H_
#define FLEETCA_STORE_ROCKSDB_ROCKSDB_DATABASE_H_

#include <rocksdb/db.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/records/keys.h"
#include "store/records/revocation_keys.h"
#include "store/rocksdb/prune_cutoff.h"
#include "store/rocksdb/rocksdb_store.h"

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
  // As it is, and lives, with the stats.
  std::shared_ptr<PruneCutoff> cutoff = std::make_shared<PruneCutoff>();
};

enum class Family {
  kDescription,
  kCertificates,
  kRequests,
  kIdentities,
  kTokens,
  kJwts,
  kLineages,
  kRevocations
};
inline constexpr size_t kFamilies = 8;

// Those that came after the first release, in the order in which they came.
struct LaterFamily {
  Family family;
  const char* name;  // no view: g++ with UndefinedBehaviorSanitizer takes none of it for constant
  absl::string_view holds;  // in the words of a user
};
inline constexpr LaterFamily kLaterFamilies[] = {
    {Family::kTokens, kTokensFamily, "join tokens"},
    {Family::kJwts, kJwtsFamily, "uses of JWTs"},
    {Family::kLineages, kLineagesFamily, "lineages"},
    {Family::kRevocations, kRevocationsFamily, "revocations"},
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
  const PruneCutoff& cutoff() const { return *cutoff_; }
  rocksdb::ColumnFamilyHandle* description() const { return family(Family::kDescription); }
  rocksdb::ColumnFamilyHandle* certificates() const { return family(Family::kCertificates); }
  rocksdb::ColumnFamilyHandle* requests() const { return family(Family::kRequests); }
  rocksdb::ColumnFamilyHandle* identities() const { return family(Family::kIdentities); }
  rocksdb::ColumnFamilyHandle* tokens() const { return family(Family::kTokens); }
  rocksdb::ColumnFamilyHandle* jwts() const { return family(Family::kJwts); }
  rocksdb::ColumnFamilyHandle* lineages() const { return family(Family::kLineages); }
  rocksdb::ColumnFamilyHandle* revocations() const { return family(Family::kRevocations); }

  // Databases of earlier releases have not all the families. `family` is null, and CreateFamily is
  // called before anything else, for those that are missing.
  rocksdb::ColumnFamilyHandle* family(Family family) const {
    return families_[static_cast<size_t>(family)];
  }
  absl::Status CreateFamily(Family family);

  // Of all those above that are there.
  std::vector<rocksdb::ColumnFamilyHandle*> families() const;

 private:
  using Failed = std::shared_ptr<std::atomic<bool>>;

  Database(Failed failed, std::shared_ptr<const PruneCutoff> cutoff,
           std::unique_ptr<rocksdb::DB> db,
           std::vector<rocksdb::ColumnFamilyDescriptor> descriptors)
      : failed_(std::move(failed)),
        cutoff_(std::move(cutoff)),
        db_(std::move(db)),
        descriptors_(std::move(descriptors)) {}

  static absl::StatusOr<std::unique_ptr<Database>> OpenOrCreate(const DatabaseOptions& options,
                                                                const std::string& folder,
                                                                bool create);

  const Failed failed_;
  const std::shared_ptr<const PruneCutoff> cutoff_;
  const std::unique_ptr<rocksdb::DB> db_;
  // Both by Family.
  const std::vector<rocksdb::ColumnFamilyDescriptor> descriptors_;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilies> families_ = {};
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_ROCKSDB_DATABASE_H_
