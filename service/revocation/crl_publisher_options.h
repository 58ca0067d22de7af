// How the CRLs of an issuing CA are made.
#ifndef FLEETCA_SERVICE_REVOCATION_CRL_PUBLISHER_OPTIONS_H_
#define FLEETCA_SERVICE_REVOCATION_CRL_PUBLISHER_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/revocation/crl_shard.h"

namespace fleetca::service {

struct CrlPublisherOptions {
  // Fixed for the issuing CA, as its certificates name their shard. 1 to kMaxCrlShards.
  uint16_t shards = kDefaultCrlShards;
  // As in the certificates (CrlShardUrl).
  std::string base_url;
  absl::Duration delay = absl::Seconds(60);   // until a revocation is in its CRL
  absl::Duration validity = absl::Hours(24);  // from thisUpdate to nextUpdate; replaced at half
  // Above so many revocations there is no complete CRL; 0: there never is.
  size_t max_complete_entries = 100000;
  // For how long after its certificate's end a revocation stays in the CRL.
  absl::Duration expired_grace = absl::Hours(1);
  size_t batch = 16;  // CRLs that are signed together, and held in memory unsigned
};

// INVALID_ARGUMENT kConfigInvalid with the option as field.
absl::Status CheckCrlPublisherOptions(const CrlPublisherOptions& options);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_REVOCATION_CRL_PUBLISHER_OPTIONS_H_
