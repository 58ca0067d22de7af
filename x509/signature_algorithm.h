// AlgorithmIdentifier of signatures (RFC 5280 section 4.1.1.2).
#ifndef FLEETCA_X509_SIGNATURE_ALGORITHM_H_
#define FLEETCA_X509_SIGNATURE_ALGORITHM_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/crypto_types.h"

namespace fleetca::x509 {

// What an AlgorithmIdentifier says. A value.
struct SignatureAlgorithm {
  // Implicit: a scheme as we write it ourselves, its salt as long as the hash.
  SignatureAlgorithm(SignatureScheme written);  // NOLINT(google-explicit-constructor)
  SignatureAlgorithm(SignatureScheme read, int salt_octets)
      : scheme(read), pss_salt_octets(salt_octets) {}

  SignatureScheme scheme;
  // How many octets of salt a signature of RSASSA-PSS has, neither more nor fewer; 0 for the
  // others.
  int pss_salt_octets;
};

// The AlgorithmIdentifier element of a scheme, its parameters as its RFC wants them: absent for
// ECDSA (RFC 5758 3.2) and Ed25519 (RFC 8410 3), NULL for PKCS#1 (RFC 4055 5), the whole structure
// for PSS (RFC 4055 3.1). Lives for ever.
absl::string_view AlgorithmIdentifier(SignatureScheme scheme);

// Reads an AlgorithmIdentifier element from elsewhere. Accepted is what RFC 4055 has everyone
// accept: PKCS#1 with NULL or without parameters (section 5); for PSS a salt of any length, 20
// where it is absent, hashes with NULL or without, and defaults that are written out, as generators
// do. INVALID_ARGUMENT kSignatureAlgorithm about `field`, with which algorithm or parameter it is:
// an algorithm that is not a SignatureScheme, or weak (MD5, SHA-1), parameters where there are none
// (ECDSA, Ed25519), PSS with SHA-1, which an absent hash means, with two hashes, another mask or
// another trailer.
absl::StatusOr<SignatureAlgorithm> ParseAlgorithmIdentifier(absl::string_view element,
                                                            absl::string_view field);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_SIGNATURE_ALGORITHM_H_
