// Under which keys the store keeps what, in one place.
//
//   column family  key                           value
//   certificates   serial, 20                    the record (store/records/record.h)
//   requests       request key                   serial
//   identities     hash of the identity, 8 |     (empty)
//                  serial, 20
//   tokens         hash of the join token, 32    the token (store/records/join_token_record.h)
//                  hash, 32 | "r"                its revocation
//                  hash, 32 | "u" | uses, 4      one use of it; the last is how often it was used
//   jwts           "i" | hash of the JWT's id,   what it was used for
//                  32                            (store/records/jwt_use_record.h)
//                  "x" | expiry hour, 4 |        (empty)
//                  hash, 32
//   lineages       the lineage's id, 20          how far it is (store/records/lineage_record.h)
//                  id, 20 | serial, 20           (empty); its certificates but the first
//   revocations                                  store/records/revocation_keys.h says which
//   default        "witness"                     the store's own description
//                                                (store/rocksdb/witness.h)
//                  "clock"                       the latest time noted (store/records/time_mark.h)
//                  "families"                    which of the column families that came later there
//                                                are, each name with a newline
//                  "lineage"                     which store this is
//                  (store/rocksdb/store_history.h) "pruned"                      up to which expiry
//                  certificates were dropped
//                                                (store/records/prune_mark.h)
//
// The serial leads with the expiry hour, so `certificates` is written nearly in order and expired
// records are one range. The identity's key is short on purpose: a name of 50 octets there makes
// a record cost a third more, and whoever lists an identity reads the records anyway, where the
// whole name tells two of one hash apart.
//
// What becomes of a token has keys of its own, which are only ever added: commits that share a
// token read and write one after the other, no commit overwrites another's, and what a failed
// commit left behind is taken out by its keys.
#ifndef FLEETCA_STORE_RECORDS_KEYS_H_
#define FLEETCA_STORE_RECORDS_KEYS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "store/join_token.h"

namespace fleetca::store {

inline constexpr char kCertificatesFamily[] = "certificates";
inline constexpr char kRequestsFamily[] = "requests";
inline constexpr char kIdentitiesFamily[] = "identities";
inline constexpr char kTokensFamily[] = "tokens";
inline constexpr char kJwtsFamily[] = "jwts";
inline constexpr char kLineagesFamily[] = "lineages";
inline constexpr char kWitnessKey[] = "witness";
inline constexpr char kClockKey[] = "clock";
inline constexpr char kFamiliesKey[] = "families";
inline constexpr char kHistoryKey[] = "lineage";
inline constexpr char kPrunedKey[] = "pruned";

// The octets of a serial before the issuing CA's: 0x01 | expiry hour.
inline constexpr size_t kExpiryPrefixSize = 4;
inline constexpr size_t kIdentityPrefixSize = 8;

// What every identities key of `identity` begins with: FNV-1a, 64 bits. Part of the format.
std::string IdentityPrefix(absl::string_view identity);
std::string IdentityKey(absl::string_view identity, absl::string_view serial);

// The serial in an identities key; aliases `key`.
absl::string_view SerialOfIdentityKey(absl::string_view key);

// Keys in `lineages`; a lineage's own is its id. SerialOfLineageMemberKey aliases its argument, and
// is empty for the lineage's own.
std::string LineageMemberKey(absl::string_view lineage, absl::string_view serial);
absl::string_view SerialOfLineageMemberKey(absl::string_view key);

// Keys in `tokens`; the token's own is its hash. The last is above them all.
std::string TokenRevocationKey(absl::string_view hash);
std::string TokenUseKey(absl::string_view hash, uint32_t uses);
std::string TokenUpperBound(absl::string_view hash);

// What a key in `tokens` is of, if its size and letter are right.
bool IsTokenKey(absl::string_view key);
bool IsTokenRevocationKey(absl::string_view key);
bool IsTokenUseKey(absl::string_view key);

// The hash in a key in `tokens`, which it aliases, and the uses in that of a use.
absl::string_view HashOfTokenKey(absl::string_view key);
uint32_t UsesOfTokenUseKey(absl::string_view key);

// Keys in `jwts`. The expiry keys in [JwtExpiryLowerBound(), JwtExpiryUpperBound(time)) are of JWTs
// that expired before `time`: of all but those of the hour before it.
std::string JwtUseKey(absl::string_view id_hash);
std::string JwtExpiryKey(absl::Time expires_at, absl::string_view id_hash);
std::string JwtExpiryLowerBound();
std::string JwtExpiryUpperBound(absl::Time time);

// The hash in an expiry key; aliases `key`.
absl::string_view IdHashOfJwtExpiryKey(absl::string_view key);

// The lowest octets of any serial whose expiry hour is at or after `time`.
std::string ExpiryLowerBound(absl::Time time);

// The first kExpiryPrefixSize octets of a serial as a number, which is ordered as serials are; the
// highest number for what is too short to be one. SerialBound is the way back.
uint32_t ExpiryPrefixOf(absl::string_view serial);
std::string SerialBound(uint32_t prefix);
// That of ExpiryLowerBound.
uint32_t ExpiryPrefixAt(absl::Time time);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_RECORDS_KEYS_H_
