// Where word of revoked certificates is: the URLs that the certificates of an issuing CA carry.
#ifndef FLEETCA_SERVICE_REVOCATION_REVOCATION_POINTERS_H_
#define FLEETCA_SERVICE_REVOCATION_REVOCATION_POINTERS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "service/revocation/crl_shard.h"

namespace fleetca::service {

// A value. One rule for who issues and for who answers at these URLs. `issuer_key_id` is the
// subject key identifier of the issuing CA, which stands in the URLs as lower-case hex, so that
// those of its successor are others.
struct RevocationPointers {
  // Of the HTTP port as its readers reach it, "http://ca.fleet.example". A slash at its end makes
  // no second one.
  std::string base_url;
  // Fixed for the issuing CA. 1 to kMaxCrlShards.
  uint16_t crl_shards = kDefaultCrlShards;

  // What CrlShardUrl is given: "`base_url`/crl/0a1b".
  std::string CrlShardsUrl(absl::string_view issuer_key_id) const;
  // The CRL of all certificates: "`base_url`/crl/0a1b.crl".
  std::string CompleteCrlUrl(absl::string_view issuer_key_id) const;
  // The root's CRL, for the certificates of issuing CAs: "`base_url`/crl/root.crl".
  std::string RootCrlUrl() const;
  // "`base_url`/ocsp".
  std::string OcspUrl() const;
  // The issuing certificate: "`base_url`/aia/0a1b.cer".
  std::string CaIssuersUrl(absl::string_view issuer_key_id) const;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_REVOCATION_REVOCATION_POINTERS_H_
