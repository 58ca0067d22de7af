// What all bearer tokens (RFC 6750) have in common, without a store.
#ifndef FLEETCA_SERVICE_CALLER_BEARER_TOKEN_H_
#define FLEETCA_SERVICE_CALLER_BEARER_TOKEN_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleetca::service {

// What the store knows a join token by, 32 octets: SHA-256 of the whole text, of whatever form it
// is.
std::string HashJoinToken(absl::string_view token);

// UNAUTHENTICATED kCallerUnknown, for every token that is of no use: in the same words whatever the
// reason, so that a stranger learns nothing by trying.
absl::Status TokenRefused();

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CALLER_BEARER_TOKEN_H_
