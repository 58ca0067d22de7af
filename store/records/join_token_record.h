// How join tokens are written down.
#ifndef FLEETCA_STORE_RECORDS_JOIN_TOKEN_RECORD_H_
#define FLEETCA_STORE_RECORDS_JOIN_TOKEN_RECORD_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/join_token.h"

namespace fleetca::store {

// A use as it is kept: with its number among the token's uses, from 1 on.
struct CountedTokenUse {
  std::string hash;
  uint32_t uses = 0;
  std::string serial;  // the certificate's

  friend bool operator==(const CountedTokenUse&, const CountedTokenUse&) = default;
};

// INTERNAL kInternal when a contract is broken; every Store refuses that: a hash that is not 32
// octets, a token without an identity or uses.
absl::Status CheckJoinToken(const JoinToken& token);
absl::Status CheckJoinTokenHash(absl::string_view hash);

// NOT_FOUND kNotFound.
absl::Status JoinTokenNotFound();

// The values under a token's keys (store/records/keys.h); store/records/value.h says how:
//   token       created s, 8 | expires s, 8 | uses, 4 | identity | profile | creator
//   revocation  revoked s, 8 | revoker
//   use         serial
std::string EncodeJoinToken(const JoinToken& token);
std::string EncodeJoinTokenRevocation(absl::string_view key, const JoinTokenRevocation& revocation);
std::string EncodeJoinTokenUse(absl::string_view key, const CountedTokenUse& use);

// FAILED_PRECONDITION kFileInvalid when a newer release wrote it (names the version), DATA_LOSS
// kStoreCorrupt when it is damaged.
absl::StatusOr<JoinToken> DecodeJoinToken(absl::string_view hash, absl::string_view value);
absl::StatusOr<JoinTokenRevocation> DecodeJoinTokenRevocation(absl::string_view key,
                                                              absl::string_view value);
absl::StatusOr<CountedTokenUse> DecodeJoinTokenUse(absl::string_view key, absl::string_view value);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_RECORDS_JOIN_TOKEN_RECORD_H_
