// Under which keys the store keeps what, in one place.
//
//   column family  key                           value
//   certificates   serial, 20                    the record (store/record.h)
//   requests       request key                   serial
//   identities     hash of the identity, 8 |     (empty)
//                  serial, 20
//   default        "witness"                     the store's own description (store/witness.h)
//
// The serial leads with the expiry hour, so `certificates` is written nearly in order and expired
// records are one range. The identity's key is short on purpose: a name of 50 octets there makes
// a record cost a third more, and whoever lists an identity reads the records anyway, where the
// whole name tells two of one hash apart.
#ifndef FLEETCA_STORE_KEYS_H_
#define FLEETCA_STORE_KEYS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fleetca::store {

inline constexpr char kCertificatesFamily[] = "certificates";
inline constexpr char kRequestsFamily[] = "requests";
inline constexpr char kIdentitiesFamily[] = "identities";
inline constexpr char kWitnessKey[] = "witness";

// The octets of a serial before the issuing CA's: 0x01 | expiry hour.
inline constexpr size_t kExpiryPrefixSize = 4;
inline constexpr size_t kIdentityPrefixSize = 8;

// What every identities key of `identity` begins with: FNV-1a, 64 bits. Part of the format.
std::string IdentityPrefix(absl::string_view identity);
std::string IdentityKey(absl::string_view identity, absl::string_view serial);

// The serial in an identities key; aliases `key`.
absl::string_view SerialOfIdentityKey(absl::string_view key);

// The lowest octets of any serial whose expiry hour is at or after `time`.
std::string ExpiryLowerBound(absl::Time time);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_KEYS_H_
