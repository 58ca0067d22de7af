// The record of every certificate issued, the lineages, the revocations and blocks, the numbers of
// the CRLs, the early renewals, the join tokens, and the one-use JWTs that were used. What a write
// accepted survives a power cut.
#ifndef FLEETCA_STORE_STORE_H_
#define FLEETCA_STORE_STORE_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "store/blocks.h"
#include "store/certificates.h"
#include "store/commit.h"
#include "store/crl_states.h"
#include "store/early_renewals.h"
#include "store/join_tokens.h"
#include "store/jwt_uses.h"
#include "store/latest_time.h"
#include "store/lineages.h"
#include "store/revocations.h"
#include "store/store_stats.h"

namespace fleetca::store {

// Code that only reads takes one of the reader interfaces. Thread-safe. One process at a time has a
// store open, unless its engine says otherwise.
class Store : public Certificates,
              public Lineages,
              public Revocations,
              public Blocks,
              public CrlStates,
              public EarlyRenewals,
              public JoinTokens,
              public JwtUses,
              public LatestTime {
 public:
  // Writes `commit`, and returns once what it wrote is on stable storage and found by every
  // look-up. There is an outcome for each item that has one: what is not written leaves nothing
  // behind and keeps nothing else from being written. The store alone decides that a request_key is
  // recorded once, a join token used no more often than it was made for, a JWT used once, that a
  // lineage goes on from its newest certificate or that one's parent, that the first date and
  // reason of a revocation stay, and that the number of a CRL rises: also between concurrent calls,
  // and between handles where the engine has more than one. Where several ask for the same, they
  // are decided in the order of the commit. Concurrent calls that ask for different things share a
  // sync; those that revoke, block or unblock go one after the other.
  //
  // The caller sees to it that no serial is written twice. On an error nothing is written:
  // UNAVAILABLE kStoreUnavailable, after which the store keeps refusing until it can write again;
  // DATA_LOSS kStoreCorrupt when what has to be looked up does not read back; INTERNAL kInternal
  // for what breaks the contract, such as a use whose serial is not among the certificates. An
  // empty commit is OK and writes nothing.
  virtual absl::StatusOr<CommitOutcomes> Write(const Commit& commit) = 0;

  // The writes below are as Write in all that is not said.

  // Drops the tokens that expired before that, with their uses and revocations, and returns how
  // many. After an error some may be gone; none is without its uses and its revocation.
  virtual absl::StatusOr<size_t> DropJoinTokens(absl::Time expired_before) = 0;

  // Drops the uses of JWTs that expired before that, some of them up to an hour later, and returns
  // how many. Looks at no others. After an error some may be gone.
  virtual absl::StatusOr<size_t> DropJwtUses(absl::Time expired_before) = 0;

  // Drops the revocations of certificates whose expiry hour is before that, and what the feed says
  // of blocks that were taken back before that; returns how many. Looks at no others. Readers of
  // the feed that had not seen them are told. After an error some may be gone.
  virtual absl::StatusOr<size_t> DropRevocations(absl::Time expired_before) = 0;

  // Forgets the certificates whose expiry hour is before that, with their request keys: no look-up
  // shows them once it returned, and what they take up goes in the background, without a look at
  // each. With them go their revocations, as by DropRevocations, and the lineages all of whose
  // certificates are among them. It is not taken back: a later call with an earlier time changes
  // nothing. After an error some may be forgotten. Waits for a disk.
  virtual absl::Status Prune(absl::Time expired_before) = 0;

  // OK when a write may succeed. After one that failed: UNAVAILABLE kStoreUnavailable until the
  // store can write again, for which this tries as a write does, at most once a second.
  virtual absl::Status CheckWritable() = 0;

  // Notes that it is `time`, as a write with that time does.
  virtual absl::Status NoteTime(absl::Time time) = 0;

  // Forgets the times noted, for `time`: only by the word of an operator who looked at the clock.
  // What expires after `time` is not pruned any more; what was pruned already does not come back.
  virtual absl::Status ResetLatestTime(absl::Time time) = 0;

  // Drawn at random when the store was created, and kept: part of every serial number, so that two
  // CAs never give the same one.
  virtual uint16_t instance_id() const = 0;

  virtual const StoreStats& stats() const = 0;
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_STORE_H_
