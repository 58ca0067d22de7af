// What RocksDB holds of a commit's keys. Private to the RocksDB target.
#ifndef FLEETCA_STORE_ROCKSDB_ROCKSDB_FACTS_H_
#define FLEETCA_STORE_ROCKSDB_ROCKSDB_FACTS_H_

#include "absl/status/statusor.h"
#include "store/records/commit_keys.h"
#include "store/records/commit_plan.h"
#include "store/records/feed_record.h"
#include "store/records/lineage_plan.h"
#include "store/rocksdb/rocksdb_database.h"

namespace fleetca::store {

// `keys` are those of the commit, `feed` is how far revocations are. While the commit has its turn
// (store/rocksdb/commits_in_progress.h), so that it stays true until the commit is written. Errors
// as of a look-up.
absl::StatusOr<CommitFacts> LookUpFacts(const Database& database, const Commit& commit,
                                        const CommitKeys& keys, const Restores& restores,
                                        const FeedState& feed);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_ROCKSDB_FACTS_H_
