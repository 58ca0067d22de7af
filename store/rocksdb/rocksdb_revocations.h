// Revocations, blocks, CRL states and early renewals in RocksDB: what a commit looks up and writes,
// and what is dropped. Private to the RocksDB target.
#ifndef FLEETCA_STORE_ROCKSDB_ROCKSDB_REVOCATIONS_H_
#define FLEETCA_STORE_ROCKSDB_ROCKSDB_REVOCATIONS_H_

#include <cstddef>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "store/commit.h"
#include "store/records/feed_record.h"
#include "store/records/revocation_plan.h"
#include "store/rocksdb/rocksdb_database.h"

namespace fleetca::store {

// A store without revocations has the state of its construction.
absl::StatusOr<FeedState> ReadFeedState(
    const Database& database, const rocksdb::ReadOptions& options = rocksdb::ReadOptions());
void PutFeedState(const Database& database, const FeedState& state, rocksdb::WriteBatch& batch);

// What is held of what the commit revokes and blocks, `feed` being its state. While no other commit
// changes revocations.
absl::StatusOr<RevocationFacts> LookUpRevocations(const Database& database, const Commit& commit,
                                                  const FeedState& feed);

void PutRevocations(const Database& database, const RevocationPlan& plan,
                    rocksdb::WriteBatch& batch);
// What PutRevocations wrote over or deleted.
void PutRevocationsBack(const Database& database, const RevocationPlan& plan,
                        rocksdb::WriteBatch& batch);

// One write of a drop.
struct DropStep {
  rocksdb::WriteBatch batch;
  rocksdb::WriteBatch back;  // what it takes away
  FeedState feed;            // after it
  size_t dropped = 0;        // revocations and ends of blocks; 0: all is gone
};

// The next thousand or so of what Store::DropRevocations drops, `feed` being the feed's state.
absl::StatusOr<DropStep> MakeDropStep(const Database& database, absl::Time expired_before,
                                      const FeedState& feed);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_ROCKSDB_REVOCATIONS_H_
