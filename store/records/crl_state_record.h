// How CRL states are written down.
#ifndef FLEETCA_STORE_RECORDS_CRL_STATE_RECORD_H_
#define FLEETCA_STORE_RECORDS_CRL_STATE_RECORD_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/crl_state.h"

namespace fleetca::store {

// INTERNAL kInternal when a contract is broken; every Store refuses that: a number of 0, a
// next_update that is not after this_update.
absl::Status CheckCrlState(const CrlState& state);

// NOT_FOUND kNotFound.
absl::Status CrlStateNotFound();

// The value under CrlStateKey (store/records/revocation_keys.h); store/records/value.h says how:
//   number, 8 | this_update s, 8 | next_update s, 8 | CRL shard, 4 (all ones: none) | issuer
std::string EncodeCrlState(const CrlState& state);

// FAILED_PRECONDITION kFileInvalid when a newer release wrote it (names the version), DATA_LOSS
// kStoreCorrupt when it is damaged.
absl::StatusOr<CrlState> DecodeCrlState(absl::string_view key, absl::string_view value);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_RECORDS_CRL_STATE_RECORD_H_
