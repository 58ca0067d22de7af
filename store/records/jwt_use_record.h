// How the uses of one-use JWTs are written down.
#ifndef FLEETCA_STORE_RECORDS_JWT_USE_RECORD_H_
#define FLEETCA_STORE_RECORDS_JWT_USE_RECORD_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/jwt_use.h"

namespace fleetca::store {

// INTERNAL kInternal when it is not 32 octets; every Store refuses that.
absl::Status CheckJwtIdHash(absl::string_view id_hash);

// NOT_FOUND kNotFound.
absl::Status JwtUseNotFound();

// The value under JwtUseKey (store/records/keys.h); store/records/value.h says how:
//   expires s, 8 | serial
std::string EncodeJwtUse(const JwtUse& use);

// FAILED_PRECONDITION kFileInvalid when a newer release wrote it (names the version), DATA_LOSS
// kStoreCorrupt when it is damaged.
absl::StatusOr<JwtUse> DecodeJwtUse(absl::string_view id_hash, absl::string_view value);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_RECORDS_JWT_USE_RECORD_H_
