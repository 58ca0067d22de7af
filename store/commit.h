// What is written to a store in one go, and what becomes of it.
#ifndef FLEETCA_STORE_COMMIT_H_
#define FLEETCA_STORE_COMMIT_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "store/block.h"
#include "store/certificate_record.h"
#include "store/crl_state.h"
#include "store/early_renewal.h"
#include "store/join_token.h"
#include "store/jwt_use.h"
#include "store/lineage.h"
#include "store/revocation.h"

namespace fleetca::store {

// What is written together: the certificates of a batch, what they use up and renew, and changes of
// join tokens, revocations, blocks, CRL states and early renewals. A certificate may use one join
// token, one JWT and one step of a lineage; a token may be used by any number of certificates, and
// a lineage may have several steps. The certificates see what was there before the commit; all else
// comes after them. The spans are not owned; they last as long as the call that the commit is
// handed to.
struct Commit {
  absl::Span<const CertificateRecord> certificates;
  absl::Span<const JoinTokenUse> token_uses;
  absl::Span<const JwtUse> jwt_uses;
  // Of each certificate whose record names another's serial as its lineage; of no other.
  absl::Span<const LineageStep> lineage_steps;
  // The hashes have to be new, as those of 256 random bits are.
  absl::Span<const JoinToken> new_tokens;
  // A token that is revoked already keeps its first revocation, and hashes of no token are passed
  // over.
  absl::Span<const RevokedJoinToken> revoked_tokens;
  // Of certificates that were recorded before.
  absl::Span<const Revocation> revocations;
  // No target stands twice in a commit.
  absl::Span<const Block> blocks;
  absl::Span<const Unblock> unblocks;
  // No CRL stands twice in a commit.
  absl::Span<const CrlState> crl_states;
  // No id stands twice in a commit, in both together.
  absl::Span<const EarlyRenewal> early_renewals;
  absl::Span<const uint64_t> ended_early_renewals;  // their ids

  // Without a certificate there is nothing to use.
  bool empty() const {
    return certificates.empty() && new_tokens.empty() && revoked_tokens.empty() &&
           revocations.empty() && blocks.empty() && unblocks.empty() && crl_states.empty() &&
           early_renewals.empty() && ended_early_renewals.empty();
  }
};

// What became of one certificate of a commit. Where several are true, the first of kReplayed,
// kBlocked, kStale and kSpent.
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
    // Its step is from a certificate that is neither the newest of the lineage nor the newest one's
    // parent (store/lineage.h). `lineage` is how far that is. Nothing of it was written.
    kStale,
    // Its lineage is blocked, and `lineage` is how far it is. Nothing of it was written.
    kBlocked,
  };

  bool stored() const { return kind == Kind::kStored; }

  Kind kind = Kind::kStored;
  // Of a stored certificate that used a join token: how often that was used then, this use
  // included. 0 for others.
  uint32_t token_uses = 0;
  // Set for kReplayed alone.
  std::unique_ptr<const CertificateRecord> earlier;
  // Set for kStale and kBlocked alone.
  std::unique_ptr<const LineageState> lineage;
};

// What became of a commit: one outcome for each item of the same name there, in its order.
struct CommitOutcomes {
  std::vector<WriteOutcome> certificates;
  std::vector<RevocationOutcome> revocations;
  std::vector<BlockOutcome> blocks;
  std::vector<UnblockOutcome> unblocks;
  std::vector<CrlStateOutcome> crl_states;
  std::vector<EarlyRenewalOutcome> early_renewals;
  std::vector<EndedEarlyRenewalOutcome> ended_early_renewals;
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_COMMIT_H_
