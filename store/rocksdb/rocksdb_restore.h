// The operator's ways back after a store or a clock was lost: offline, with the store to
// themselves.
#ifndef FLEETCA_STORE_ROCKSDB_ROCKSDB_RESTORE_H_
#define FLEETCA_STORE_ROCKSDB_ROCKSDB_RESTORE_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "store/rocksdb/rocksdb_store.h"

namespace fleetca::store {

struct RestoreSummary {
  bool made_new = false;  // there was no store: an empty one was made
  uint64_t epoch = 0;     // how often this store was restored
  size_t tokens_revoked = 0;
  absl::Time last_write;       // the latest time noted in what was found; the epoch in a new store
  absl::Time jwts_not_before;  // one-use JWTs that were issued before are refused
};

// Takes what is in `options.path`, or a new store where there is none, for the store from now on,
// whatever `options.head_file` says. Because what was used since the copy was made is not known,
// all join tokens are revoked, and one-use JWTs that were issued before now are refused: before
// `now`, or the latest time that the head or the store noted where `now` is earlier, as a clock
// that is behind would let used JWTs in again. Each lineage of before takes one step from any of
// its certificates (store/lineage.h), and readers of the feed of revocations are told to begin
// again. Cut short, it leaves a store that is still refused and can be restored again. Errors as of
// OpenRocksDbStore.
absl::StatusOr<RestoreSummary> AcceptLoss(const RocksDbOptions& options, absl::Time now);

struct ClockSummary {
  absl::Time before;          // the latest time that was noted
  size_t tokens_revoked = 0;  // made after `now`, which lived too long
  // One-use JWTs that were issued before are refused from now on; nullopt: nothing changed.
  std::optional<absl::Time> jwts_not_before;
};

// Takes `now` for the latest time noted, and revokes the join tokens that were made later than
// that. Where that lowers the latest time, uses of JWTs that expire after `now` may have been
// dropped while the clock was ahead, so one-use JWTs that were issued before `now` are refused from
// then on. Where they are refused up to a later time than `now`, because the store was restored
// while the clock was ahead, they are refused up to `now`.
absl::StatusOr<ClockSummary> SetClock(const RocksDbOptions& options, absl::Time now);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_ROCKSDB_RESTORE_H_
