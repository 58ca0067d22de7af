// Which store this is, and whether it was restored.
#ifndef FLEETCA_STORE_ROCKSDB_STORE_HISTORY_H_
#define FLEETCA_STORE_ROCKSDB_STORE_HISTORY_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fleetca::store {

inline constexpr size_t kStoreIdSize = 16;

// Stands in the database and, in part, in the head outside the store
// (store/rocksdb/outside_head.h). A store that is restored gets a new id, so that what it was
// restored over never passes for it again.
struct StoreHistory {
  std::string id;      // 16 random octets
  uint64_t epoch = 0;  // how often it was restored
  // One-use JWTs that were issued before may have been used without a trace; to the second.
  absl::Time jwts_not_before = absl::UnixEpoch();
  // When it was restored last, or the latest time known then; to the second. The epoch when it was
  // not. A release that kept no such time left it in jwts_not_before.
  absl::Time restored_at = absl::UnixEpoch();

  friend bool operator==(const StoreHistory&, const StoreHistory&) = default;
};

absl::StatusOr<std::string> MakeStoreId();

// The value under kHistoryKey; store/records/value.h says how:
//   epoch, 8 | jwts_not_before s, 8 | id
// and in version 2, of a store that was restored:
//   restored_at s, 8
std::string EncodeStoreHistory(const StoreHistory& history);
// FAILED_PRECONDITION kFileInvalid when a newer release wrote it (names the version), DATA_LOSS
// kStoreCorrupt when it is damaged.
absl::StatusOr<StoreHistory> DecodeStoreHistory(absl::string_view value);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_STORE_HISTORY_H_
