// Join tokens: how a new host, which has no certificate yet, shows who it is.
#ifndef FLEETCA_SERVICE_JOIN_JOIN_TOKEN_H_
#define FLEETCA_SERVICE_JOIN_JOIN_TOKEN_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/secret.h"
#include "service/caller/bearer_token.h"  // IWYU pragma: export
#include "store/join_token.h"

namespace fleetca::service {

// What every token begins with, so that scanners for leaked secrets can know one.
inline constexpr absl::string_view kJoinTokenPrefix = "fcj_";

// A new token: the prefix and 256 bits of OpenSSL's CSPRNG for secrets in base64url, 47 characters.
absl::StatusOr<SecretBytes> MakeJoinToken();

// How people name a token: the first 16 hex digits of its hash.
std::string JoinTokenId(absl::string_view hash);

// Why a token is of no use at `now`, for the log; "" when it is of use.
absl::string_view WhyUnusable(const store::JoinTokenState& state, absl::Time now);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_JOIN_JOIN_TOKEN_H_
