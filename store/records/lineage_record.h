// How lineages are written down.
#ifndef FLEETCA_STORE_RECORDS_LINEAGE_RECORD_H_
#define FLEETCA_STORE_RECORDS_LINEAGE_RECORD_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/lineage.h"

namespace fleetca::store {

// INTERNAL kInternal when a contract is broken; every Store refuses that.
absl::Status CheckLineageStep(const LineageStep& step);

// NOT_FOUND kNotFound.
absl::Status LineageNotFound(absl::string_view lineage);

// A state as it is kept.
struct LineageRecord {
  LineageState state;
  // The latest expiry of the certificates of its steps, as the first four octets of a serial say
  // (ExpiryPrefixOf, store/records/keys.h): until then somebody may renew from one of them.
  uint32_t expires = 0;

  friend bool operator==(const LineageRecord&, const LineageRecord&) = default;
};

// The value under the lineage's id in `lineages`; store/records/value.h says how:
//   expires, 4 | epoch, 8 | stepped_at ms, 8 | generation, 4 | newest | parent | stepped by |
//   address
std::string EncodeLineage(absl::string_view lineage, const LineageRecord& record);

// FAILED_PRECONDITION kFileInvalid when a newer release wrote it (names the version), DATA_LOSS
// kStoreCorrupt when it is damaged.
absl::StatusOr<LineageRecord> DecodeLineage(absl::string_view lineage, absl::string_view value);

// The octets of `expires` in such a value, unchecked; aliases it.
absl::string_view ExpiryOfLineageValue(absl::string_view value);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_RECORDS_LINEAGE_RECORD_H_
