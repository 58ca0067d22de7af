// AlgorithmIdentifier of signatures (RFC 5280 section 4.1.1.2).
#ifndef FLEETCA_X509_SIGNATURE_ALGORITHM_H_
#define FLEETCA_X509_SIGNATURE_ALGORITHM_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "base/crypto_types.h"

namespace fleetca::x509 {

// The AlgorithmIdentifier element of a scheme, its parameters as its RFC wants them: absent for
// ECDSA (RFC 5758 3.2) and Ed25519 (RFC 8410 3), NULL for PKCS#1 (RFC 4055 5), the whole structure
// for PSS (RFC 4055 3.1). Lives for ever.
absl::string_view AlgorithmIdentifier(SignatureScheme scheme);

// The scheme of an AlgorithmIdentifier element; nullopt for one that is unknown, weak (MD5, SHA-1)
// or not encoded exactly as above (ECDSA with NULL, PSS with mixed hashes or another salt length).
[[nodiscard]] std::optional<SignatureScheme> ParseAlgorithmIdentifier(absl::string_view element);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_SIGNATURE_ALGORITHM_H_
