// Which CRL lists a certificate: the one rule, for who issues and for who publishes.
#ifndef FLEETCA_SERVICE_REVOCATION_CRL_SHARD_H_
#define FLEETCA_SERVICE_REVOCATION_CRL_SHARD_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace fleetca::service {

// An issuing CA's number of shards never changes, because its certificates name theirs.
inline constexpr uint16_t kDefaultCrlShards = 128;
inline constexpr uint16_t kMaxCrlShards = 4096;

// The shard of the certificate with this serial number (two octets or more), below `shards`, which
// is 1 or more: the last two octets, which are random, modulo `shards`.
uint16_t CrlShardOf(absl::string_view serial, uint16_t shards);

// The URL of a shard's CRL, which stands in its certificates and in the CRL octet by octet:
// "`base_url`/17.crl". A slash at the end of `base_url` makes no second one.
std::string CrlShardUrl(absl::string_view base_url, uint16_t shard);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_REVOCATION_CRL_SHARD_H_
