// Who asks, as the transport authenticated it.
#ifndef FLEETCA_SERVICE_CALLER_CALLER_H_
#define FLEETCA_SERVICE_CALLER_CALLER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "x509/authz/provenance.h"

namespace fleetca::service {

// A JWT that its issuer's configuration accepts once. It counts as used when a certificate is
// recorded for it, and not before.
struct OneUseJwt {
  // SHA-256 of the token issuer's URL, a zero octet and the jti: 32 octets.
  std::string id_hash;
  // From when on the JWT is refused anyway, with the leeway that clocks are given.
  absl::Time expires_at;
  // A time before which it cannot have been used (service/jwt/jwt_verifier.h): after a store was
  // restored, one that may have been used before is refused.
  absl::Time unused_before = absl::InfinitePast();
};

// An authenticated peer, and how it showed who it is. A value; immutable once made.
struct Caller {
  // Empty for a join token, which says it: the issuer asks the store when the token's turn comes.
  std::string spiffe_id;
  // When what it showed ends: the certificate it proved possession of, the JWT.
  absl::Time not_after = absl::InfiniteFuture();
  x509::Attestation attestation = x509::Attestation::kMtls;
  // SHA-256 of the join token, 32 octets; empty for other callers.
  std::string join_token_hash;
  // Which one of its lineage the certificate is (x509/authz/provenance.h), where it says so.
  std::optional<uint32_t> generation;
  // Set where it showed a JWT that is good for one certificate.
  std::optional<OneUseJwt> one_use_jwt;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CALLER_CALLER_H_
