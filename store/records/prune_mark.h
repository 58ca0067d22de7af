// Up to which expiry a store was pruned, as it is written down.
#ifndef FLEETCA_STORE_RECORDS_PRUNE_MARK_H_
#define FLEETCA_STORE_RECORDS_PRUNE_MARK_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::store {

// Both are the first four octets of a serial, which say when it expires (store/records/keys.h).
struct PruneMark {
  // Serials before that are not shown, and go when their files are written anew.
  uint32_t before = 0;
  // The highest that `before` ever was: of a serial before that, parts may be gone already.
  uint32_t ever_before = 0;

  friend bool operator==(const PruneMark&, const PruneMark&) = default;
};

// The value under kPrunedKey; store/records/value.h says how:
//   before, 4 | ever before, 4
std::string EncodePruneMark(const PruneMark& mark);
// FAILED_PRECONDITION kFileInvalid when a newer release wrote it (names the version), DATA_LOSS
// kStoreCorrupt when it is damaged.
absl::StatusOr<PruneMark> DecodePruneMark(absl::string_view value);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_RECORDS_PRUNE_MARK_H_
