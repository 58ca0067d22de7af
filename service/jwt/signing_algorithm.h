// The signature algorithms of JSON Web Algorithms (RFC 7518 section 3.1) that a token may have.
#ifndef FLEETCA_SERVICE_JWT_SIGNING_ALGORITHM_H_
#define FLEETCA_SERVICE_JWT_SIGNING_ALGORITHM_H_

#include <optional>

#include "absl/strings/string_view.h"

namespace fleetca::service {

// "none" and the HMACs are not in the list and have no name here, so no configuration and no token
// can choose them.
enum class SigningAlgorithm {
  kRs256,
  kRs384,
  kRs512,
  kPs256,
  kPs384,
  kPs512,
  kEs256,
  kEs384,
};

enum class JwkKind { kRsa, kP256, kP384 };

// "RS256" for kRs256.
absl::string_view SigningAlgorithmName(SigningAlgorithm algorithm);
// Exactly as written there, upper case; nullopt for every other name.
[[nodiscard]] std::optional<SigningAlgorithm> ParseSigningAlgorithm(absl::string_view name);
// Whether it names a signature of JOSE that is not taken here, such as EdDSA: an issuer may well
// sign by it, and its key is then one that is left out of the set.
[[nodiscard]] bool IsOtherSignature(absl::string_view name);
// The one kind of key that the algorithm is for.
JwkKind KeyKindOf(SigningAlgorithm algorithm);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_JWT_SIGNING_ALGORITHM_H_
