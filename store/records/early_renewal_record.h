// How early renewals are written down.
#ifndef FLEETCA_STORE_RECORDS_EARLY_RENEWAL_RECORD_H_
#define FLEETCA_STORE_RECORDS_EARLY_RENEWAL_RECORD_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/early_renewal.h"

namespace fleetca::store {

// INTERNAL kInternal when a contract is broken; every Store refuses that: an id of 0, an issuer
// that is too long, a last turn before the first.
absl::Status CheckEarlyRenewal(const EarlyRenewal& renewal);

// The value under EarlyRenewalKey (store/records/revocation_keys.h); store/records/value.h says
// how:
//   issued_from ns, 8 (the least there is: none) | issued_to ns, 8 | ordered_at s, 8 |
//   certificates, 8 | first_turn s, 8 | last_turn s, 8 | ends_at s, 8 | identity | profile |
//   issuer | explanation URL | ordered by
std::string EncodeEarlyRenewal(const EarlyRenewal& renewal);

// FAILED_PRECONDITION kFileInvalid when a newer release wrote it (names the version), DATA_LOSS
// kStoreCorrupt when it is damaged.
absl::StatusOr<EarlyRenewal> DecodeEarlyRenewal(absl::string_view key, absl::string_view value);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_RECORDS_EARLY_RENEWAL_RECORD_H_
