// A JSON Web Signature in compact form (RFC 7515 section 7.1) taken apart.
#ifndef FLEETCA_SERVICE_JWT_COMPACT_JWS_H_
#define FLEETCA_SERVICE_JWT_COMPACT_JWS_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/jwt/json.h"

namespace fleetca::service {

// Nothing of it is decoded yet. Every view aliases the text.
struct CompactJws {
  absl::string_view signing_input;  // header and payload with the dot between them
  // base64url.
  absl::string_view header;
  absl::string_view payload;
  absl::string_view signature;
};

// UNAUTHENTICATED kCallerUnknown: over kMaxBearerTokenBytes, or not three parts. The message says
// which, and begins with "the token".
absl::StatusOr<CompactJws> SplitCompactJws(absl::string_view text);

// The JSON object that a part is, which messages call `name`: "header". UNAUTHENTICATED
// kCallerUnknown unless it is canonical base64url of a strict JSON object (json.h).
absl::StatusOr<JsonValue> ParseJwsObject(absl::string_view part, absl::string_view name);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_JWT_COMPACT_JWS_H_
