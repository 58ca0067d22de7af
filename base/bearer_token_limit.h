// How long a bearer token may be, for all that read, carry or verify one.
#ifndef FLEETCA_BASE_BEARER_TOKEN_LIMIT_H_
#define FLEETCA_BASE_BEARER_TOKEN_LIMIT_H_

#include <cstddef>

namespace fleetca {

// Longer than any token issuer's JWTs: those of people who are in hundreds of groups have 12 KiB.
inline constexpr size_t kMaxBearerTokenBytes = size_t{16} << 10;

// What a call may say about itself beside its token: path, host, deadline, the client's name.
inline constexpr size_t kMaxOtherMetadataBytes = size_t{8} << 10;

}  // namespace fleetca

#endif  // FLEETCA_BASE_BEARER_TOKEN_LIMIT_H_
