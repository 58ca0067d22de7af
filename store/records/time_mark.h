// The latest time that the store's writes noted, as it is written down.
#ifndef FLEETCA_STORE_RECORDS_TIME_MARK_H_
#define FLEETCA_STORE_RECORDS_TIME_MARK_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fleetca::store {

// Milliseconds since the epoch, not below 0.
int64_t ToMark(absl::Time time);

// The value under kClockKey; store/records/value.h says how:
//   mark, 8
std::string EncodeMark(int64_t mark);
// FAILED_PRECONDITION kFileInvalid when a newer release wrote it (names the version), DATA_LOSS
// kStoreCorrupt when it is damaged.
absl::StatusOr<int64_t> DecodeMark(absl::string_view value);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_RECORDS_TIME_MARK_H_
