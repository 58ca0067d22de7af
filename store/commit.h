// What is written to a store in one go, and what becomes of it.
#ifndef FLEETCA_STORE_COMMIT_H_
#define FLEETCA_STORE_COMMIT_H_

#include <cstdint>
#include <memory>

#include "absl/types/span.h"
#include "store/certificate_record.h"
#include "store/join_token.h"
#include "store/jwt_use.h"

namespace fleetca::store {

// What is written together: the certificates of a batch, what they use up, and changes of join
// tokens. A certificate may use one join token, one JWT, or both; a token may be used by any number
// of certificates. The uses see the tokens that were there before the commit, and the commit's
// revocations come after them. The spans are not owned; they last as long as the call that the
// commit is handed to.
struct Commit {
  absl::Span<const CertificateRecord> certificates;
  absl::Span<const JoinTokenUse> token_uses;
  absl::Span<const JwtUse> jwt_uses;
  // The hashes have to be new, as those of 256 random bits are.
  absl::Span<const JoinToken> new_tokens;
  // A token that is revoked already keeps its first revocation, and hashes of no token are passed
  // over.
  absl::Span<const RevokedJoinToken> revoked_tokens;

  // Without a certificate there is nothing to use.
  bool empty() const {
    return certificates.empty() && new_tokens.empty() && revoked_tokens.empty();
  }
};

// What became of one certificate of a commit.
struct WriteOutcome {
  enum class Kind : uint8_t {
    // It is on stable storage with all that it uses.
    kStored,
    // Its request_key was recorded before, by `earlier`. Nothing of it was written, and what it
    // would have used is not used by it.
    kReplayed,
    // Its join token is unknown, revoked or used up, or its JWT was used before. Nothing of it was
    // written.
    kSpent,
  };

  bool stored() const { return kind == Kind::kStored; }

  Kind kind = Kind::kStored;
  // Of a stored certificate that used a join token: how often that was used then, this use
  // included. 0 for others.
  uint32_t token_uses = 0;
  // Set for kReplayed alone.
  std::unique_ptr<const CertificateRecord> earlier;
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_COMMIT_H_
