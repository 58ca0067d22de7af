// What join tokens and JWTs, the two bearer tokens (RFC 6750), have in common, without a store.
#ifndef FLEETCA_SERVICE_CALLER_BEARER_TOKEN_H_
#define FLEETCA_SERVICE_CALLER_BEARER_TOKEN_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleetca::service {

// What the store knows a join token by: SHA-256 of the join token's whole text, whatever its form,
// in 32 octets.
std::string HashJoinToken(absl::string_view token);

// UNAUTHENTICATED kCallerUnknown, for every join token and JWT that is of no use: in the same words
// whatever the reason, so that a stranger learns nothing by trying.
absl::Status TokenRefused();

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CALLER_BEARER_TOKEN_H_
