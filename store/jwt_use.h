// One-use JWTs as the store keeps them: a hash of what names the JWT, never the JWT.
#ifndef FLEETCA_STORE_JWT_USE_H_
#define FLEETCA_STORE_JWT_USE_H_

#include <cstddef>
#include <string>

#include "absl/time/time.h"

namespace fleetca::store {

inline constexpr size_t kJwtIdHashSize = 32;

// That a certificate was issued by a JWT that is good for one. Written with the certificate's
// record or not at all.
struct JwtUse {
  std::string id_hash;    // 32 octets: SHA-256 of what names the JWT among those of all its issuers
  absl::Time expires_at;  // when nobody accepts the JWT any more; to the second, rounded down
  std::string serial;     // the certificate's

  friend bool operator==(const JwtUse&, const JwtUse&) = default;
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_JWT_USE_H_
