// A JSON Web Token taken apart (RFC 7519, RFC 7515 section 7.1), nothing of it believed yet.
#ifndef FLEETCA_SERVICE_JWT_UNVERIFIED_JWT_H_
#define FLEETCA_SERVICE_JWT_UNVERIFIED_JWT_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/jwt/json.h"
#include "service/jwt/signing_algorithm.h"

namespace fleetca::service {

struct UnverifiedJwt {
  // Absent where the header's `alg` is a signature that is not taken (IsOtherSignature): such a
  // token is read so that its key can be named in the log, and never accepted.
  std::optional<SigningAlgorithm> algorithm;
  std::string algorithm_name;         // `alg` itself
  std::optional<std::string> key_id;  // where the header has a `kid`
  JsonValue claims;                   // an object
};

// UNAUTHENTICATED kCallerUnknown: over kMaxBearerTokenBytes; not three parts of canonical
// base64url; a header or payload that is not a strict JSON object (json.h); an `alg` that is not a
// signature
// ("none", HMAC, unknown names); a `kid` that is no string; a `crit`, as we know no extension; a
// `typ` other than "JWT" or "at+jwt" when there is one, as an issuer signs other things than tokens
// with the same key. Keys in the header (`jwk`, `jku`, `x5c`, `x5u`) are not read. The message says
// which: it is for the log.
absl::StatusOr<UnverifiedJwt> ParseJwt(absl::string_view token);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_JWT_UNVERIFIED_JWT_H_
