// An ECDSA signature's two numbers, from its DER.
#ifndef FLEETCA_X509_ECDSA_SIGNATURE_H_
#define FLEETCA_X509_ECDSA_SIGNATURE_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "x509/public_key.h"

namespace fleetca::x509 {

// Magnitudes without leading zeros, which alias the signature; neither is 0 or longer than the
// order of the key's group.
struct EcdsaSignature {
  absl::string_view r;
  absl::string_view s;
};

// ECDSA-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }   (RFC 3279 section 2.2.3)
//
// Nothing when it is not that in DER, or a number is longer than the order: so that nobody is asked
// about integers of megabytes.
[[nodiscard]] std::optional<EcdsaSignature> ReadEcdsaSignature(const PublicKey& key,
                                                               absl::string_view signature);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_ECDSA_SIGNATURE_H_
