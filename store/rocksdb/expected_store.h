// Whether the store that was found is the one that its head outside speaks of.
#ifndef FLEETCA_STORE_ROCKSDB_EXPECTED_STORE_H_
#define FLEETCA_STORE_ROCKSDB_EXPECTED_STORE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "store/rocksdb/outside_head.h"
#include "store/rocksdb/store_history.h"

namespace fleetca::store {

// What an opening knows before it touches the folder.
struct ExpectedStore {
  std::string folder;
  std::string head_file;
  std::optional<HeadState> head;  // nullopt: head_file is missing
  bool new_store = false;         // the operator said that there is none yet

  // Where the folder holds no store. FAILED_PRECONDITION kStoreRefused, as all below, unless one
  // may be made.
  absl::Status CheckMayBeMade() const;

  // Where it holds one: `history` is the database's, nullopt in that of a release that had none,
  // and `number` that of its last write.
  absl::Status CheckFound(const std::optional<StoreHistory>& history, uint64_t number) const;

  // Where head_file cannot be read.
  absl::Status Damaged() const;
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_EXPECTED_STORE_H_
