// Under which keys the store keeps revocations, blocks, CRL states and early renewals: all in the
// column family `revocations`.
//
//   key                                            value
//   "s" | serial, 20                               the revocation
//   (store/records/revocation_record.h) "c" | size, 1 | issuer | shard, 2 |            the same; of
//   those with a CRL shard
//         serial, 20
//   "b" | kind, 1 | value                          the block (store/records/block_record.h)
//   "q" | sequence, 8                              the change (store/records/feed_record.h)
//   "u" | when unblocked s, 8 | sequence, 8        (empty); of the changes that took a block back
//   "n" | size, 1 | issuer | 0, or 1 | shard, 2    the CRL state (store/records/crl_state_record.h)
//   "e" | id, 8                                    the early renewal
//                                                  (store/records/early_renewal_record.h)
//   "f"                                            how far all is (store/records/feed_record.h)
//
// A revocation stands there twice, so that a shard is read in one go: an index that only named the
// serials would cost a look-up for each entry of a CRL.
#ifndef FLEETCA_STORE_RECORDS_REVOCATION_KEYS_H_
#define FLEETCA_STORE_RECORDS_REVOCATION_KEYS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "store/block.h"
#include "store/crl_state.h"
#include "store/revocation.h"

namespace fleetca::store {

inline constexpr char kRevocationsFamily[] = "revocations";
inline constexpr char kFeedStateKey[] = "f";

// By serial. RevocationKey of any text is a bound, and all of them begin with RevocationKey("").
std::string RevocationKey(absl::string_view serial);
absl::string_view SerialOfRevocationKey(absl::string_view key);  // aliases `key`

// By shard. `revocation` has one.
std::string ShardKey(const Revocation& revocation);
std::string ShardPrefix(absl::string_view issuer, uint16_t shard);

// By kind and value; BlockPrefix is what those of the kind begin with.
std::string BlockKey(const BlockTarget& target);
std::string BlockPrefix(BlockKind kind);

// By sequence. SequenceOfChangeKey is the way back.
std::string ChangeKey(uint64_t sequence);
std::string ChangePrefix();
uint64_t SequenceOfChangeKey(absl::string_view key);

// By the time of an unblock. Those in [UnblockLowerBound(), UnblockUpperBound(time)) are of before
// `time`.
std::string UnblockKey(absl::Time unblocked_at, uint64_t sequence);
std::string UnblockLowerBound();
std::string UnblockUpperBound(absl::Time time);
uint64_t SequenceOfUnblockKey(absl::string_view key);

// By CRL, the complete one of an issuer before its shards.
std::string CrlStateKey(const CrlId& crl);
std::string CrlStatePrefix();

// By id. IdOfEarlyRenewalKey is the way back.
std::string EarlyRenewalKey(uint64_t id);
std::string EarlyRenewalPrefix();
uint64_t IdOfEarlyRenewalKey(absl::string_view key);

// The lowest key above all that begin with `prefix`, which is one of those above.
std::string AfterPrefix(absl::string_view prefix);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_RECORDS_REVOCATION_KEYS_H_
