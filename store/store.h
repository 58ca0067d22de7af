// The record of every certificate issued, the join tokens, and the one-use JWTs that were used.
// What a write accepted survives a power cut.
#ifndef FLEETCA_STORE_STORE_H_
#define FLEETCA_STORE_STORE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "store/join_token.h"
#include "store/jwt_use.h"
#include "store/store_stats.h"

namespace fleetca::store {

// One certificate as issued. Never changes once written.
struct CertificateRecord {
  std::string serial;       // 20 octets; sorts by expiry (x509/serial.h)
  std::string certificate;  // DER
  std::string identity;     // the SPIFFE ID, or the first name when there is none; never empty
  std::string requester;    // the authenticated caller, or "join-token:" and the token's id
  std::string profile;
  // 32 octets that name the caller's request_id, and 32 that stand for what it asked for; both
  // empty when there was no request_id.
  std::string request_key;
  std::string request_digest;
  absl::Time issued_at;   // to the millisecond
  absl::Time not_before;  // to the second
  absl::Time not_after;   // to the second

  friend bool operator==(const CertificateRecord&, const CertificateRecord&) = default;
};

// What is written together: the certificates of a batch, and what they used up. The spans are not
// owned; they last as long as the call that the commit is handed to.
struct Commit {
  absl::Span<const CertificateRecord> certificates;
  absl::Span<const JoinTokenUse> token_uses;
  absl::Span<const JwtUse> jwt_uses;
};

// Called for each record of an iteration; false ends it.
using RecordVisitor = absl::FunctionRef<bool(const CertificateRecord&)>;

// Thread-safe. One process at a time has a store open.
class Store {
 public:
  virtual ~Store() = default;

  // Writes all of `commit` or nothing, and returns OK only once it is on stable storage and found
  // by every look-up. Concurrent calls share a sync. The caller sees to it that no serial, no
  // request_key and no JWT's hash is written twice, that a token use's token exists, and that a
  // token's uses are noted one after the other, each with one more than the last. UNAVAILABLE
  // kStoreUnavailable: nothing of it may leave; the store keeps refusing until it can write again,
  // and never half writes. INTERNAL kInternal for what breaks the contract, such as a use whose
  // serial is not among the certificates. An empty commit is OK and writes nothing.
  virtual absl::Status Write(const Commit& commit) = 0;

  // NOT_FOUND kNotFound; DATA_LOSS kStoreCorrupt when the record does not read back.
  virtual absl::StatusOr<CertificateRecord> GetBySerial(absl::string_view serial) const = 0;
  virtual absl::StatusOr<CertificateRecord> GetByRequestKey(
      absl::string_view request_key) const = 0;

  // Records by ascending serial with `from` <= expiry hour < `to`, which is the notAfter rounded up
  // to the hour. See the certificates that were there when it began.
  virtual absl::Status ForEachByExpiry(absl::Time from, absl::Time to,
                                       RecordVisitor visitor) const = 0;

  // Records of exactly this identity, by ascending serial: soonest expiry first.
  virtual absl::Status ForEachByIdentity(absl::string_view identity,
                                         RecordVisitor visitor) const = 0;

  // The writes below are as Write in all that is not said.

  // The caller sees to it that the hashes are new, as those of 256 random bits are.
  virtual absl::Status AddJoinTokens(absl::Span<const JoinToken> tokens) = 0;

  // A token that is revoked already keeps its first revocation, and hashes of no token are passed
  // over.
  virtual absl::Status RevokeJoinTokens(absl::Span<const std::string> hashes,
                                        const JoinTokenRevocation& revocation) = 0;

  // NOT_FOUND kNotFound; DATA_LOSS kStoreCorrupt when something of it does not read back.
  virtual absl::StatusOr<JoinTokenState> GetJoinToken(absl::string_view hash) const = 0;

  // Tokens by ascending hash, from the first at or after `from`, which may be of any length. Sees
  // them as they were when it began.
  virtual absl::Status ForEachJoinToken(absl::string_view from, JoinTokenVisitor visitor) const = 0;

  // Drops the tokens that expired before that, with their uses and revocations, and returns how
  // many. After an error some may be gone; none is without its uses and its revocation.
  virtual absl::StatusOr<size_t> DropJoinTokens(absl::Time expired_before) = 0;

  // NOT_FOUND kNotFound where the JWT was not used, or its use was dropped; DATA_LOSS kStoreCorrupt
  // when it does not read back. The same cost however many uses there are.
  virtual absl::StatusOr<JwtUse> GetJwtUse(absl::string_view id_hash) const = 0;

  // Drops the uses of JWTs that expired before that, some of them up to an hour later, and returns
  // how many. Looks at no others. After an error some may be gone.
  virtual absl::StatusOr<size_t> DropJwtUses(absl::Time expired_before) = 0;

  // OK when a write may succeed. After one that failed: UNAVAILABLE kStoreUnavailable until the
  // store can write again, for which this tries as a write does, at most once a second.
  virtual absl::Status CheckWritable() = 0;

  // Notes that it is `time`, as a write with that time does.
  virtual absl::Status NoteTime(absl::Time time) = 0;

  // The latest of the times that writes noted (issued_at, created_at, revoked_at, NoteTime's), to
  // the millisecond and across restarts: a clock that shows less was set back. It may be one of a
  // write that failed. The epoch when there was none.
  virtual absl::Time latest_time() const = 0;

  // Forgets the times noted, for `time`: only by the word of an operator who looked at the clock.
  virtual absl::Status ResetLatestTime(absl::Time time) = 0;

  // One-use JWTs that were issued before may have been used without a trace, because the store was
  // restored since or its time set back; they are to be refused. The epoch when there is no such
  // time.
  virtual absl::Time jwts_not_before() const = 0;

  // Drawn at random when the store was created, and kept: part of every serial number, so that two
  // CAs never give the same one.
  virtual uint16_t instance_id() const = 0;

  virtual const StoreStats& stats() const = 0;
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_STORE_H_
