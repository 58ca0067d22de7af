// Join tokens as the store keeps them: a hash, never the token.
#ifndef FLEETCA_STORE_JOIN_TOKEN_H_
#define FLEETCA_STORE_JOIN_TOKEN_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"

namespace fleetca::store {

inline constexpr size_t kJoinTokenHashSize = 32;

// A token as it was made. Never changes once written.
struct JoinToken {
  std::string hash;      // 32 octets: SHA-256 of the token
  std::string identity;  // the SPIFFE ID it is for; never empty
  std::string profile;
  std::string creator;    // the caller that made it
  absl::Time created_at;  // to the second, as are the times below
  absl::Time expires_at;
  uint32_t uses = 1;  // certificates it is good for; 1 or more

  friend bool operator==(const JoinToken&, const JoinToken&) = default;
};

// That a certificate is issued by a token. Written with the certificate's record or not at all; the
// store counts.
struct JoinTokenUse {
  std::string hash;
  std::string serial;  // the certificate's

  friend bool operator==(const JoinTokenUse&, const JoinTokenUse&) = default;
};

struct JoinTokenRevocation {
  absl::Time revoked_at;
  std::string revoker;

  friend bool operator==(const JoinTokenRevocation&, const JoinTokenRevocation&) = default;
};

// That a token is good for nothing from then on.
struct RevokedJoinToken {
  std::string hash;
  JoinTokenRevocation revocation;

  friend bool operator==(const RevokedJoinToken&, const RevokedJoinToken&) = default;
};

// A token and what became of it.
struct JoinTokenState {
  JoinToken token;
  uint32_t uses = 0;        // so far
  std::string last_serial;  // of the last certificate by it; empty before the first
  std::optional<JoinTokenRevocation> revocation;

  friend bool operator==(const JoinTokenState&, const JoinTokenState&) = default;
};

// Called for each token of an iteration; false ends it.
using JoinTokenVisitor = absl::FunctionRef<bool(const JoinTokenState&)>;

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_JOIN_TOKEN_H_
