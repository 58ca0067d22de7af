// How revocations are written down.
#ifndef FLEETCA_STORE_RECORDS_REVOCATION_RECORD_H_
#define FLEETCA_STORE_RECORDS_REVOCATION_RECORD_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/revocation.h"
#include "store/revocations.h"

namespace fleetca::store {

// INTERNAL kInternal when a contract is broken; every Store refuses that.
absl::Status CheckRevocation(const Revocation& revocation);

// INTERNAL kInternal when no issuer has such a key id.
absl::Status CheckIssuer(absl::string_view issuer);

// INTERNAL kInternal for a shard of no issuer.
absl::Status CheckRevocationScope(const RevocationScope& scope);

// NOT_FOUND kNotFound.
absl::Status RevocationNotFound(absl::string_view serial);

// The value under `key`, one of the two that it has (store/records/revocation_keys.h);
// store/records/value.h says how:
//   sequence, 8 | not_after s, 8 | revoked_at s, 8 | reason, 1 | CRL shard, 4 (all ones: none) |
//   issuer | revoked by | SHA-256 of the SPKI
std::string EncodeRevocation(absl::string_view key, const Revocation& revocation);

// FAILED_PRECONDITION kFileInvalid when a newer release wrote it (names the version), DATA_LOSS
// kStoreCorrupt when it is damaged. The serial is what `key` ends with.
absl::StatusOr<Revocation> DecodeRevocation(absl::string_view key, absl::string_view value);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_RECORDS_REVOCATION_RECORD_H_
