// Verifying one signature: of a CSR or a certificate.
#ifndef FLEETCA_X509_SIGNATURE_VERIFIER_H_
#define FLEETCA_X509_SIGNATURE_VERIFIER_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "x509/public_key.h"
#include "x509/signature_algorithm.h"

namespace fleetca::x509 {

// Whether `signature` is `key`'s over `message` by `algorithm`, with a salt of its very length.
// INVALID_ARGUMENT with field `field`: kSignatureAlgorithm when the scheme is not one of the key's,
// kKeyInvalid for a point off its curve, kSignatureInvalid for a wrong signature or one not encoded
// exactly as its standard wants (an ECDSA-Sig-Value in DER, RSA octets as many as the modulus has).
// INTERNAL kInternal when OpenSSL cannot work. Judges the signature alone: a weak key is
// CheckPublicKey's. Thread-safe; each thread keeps its own OpenSSL objects, so nothing is made anew
// for EC.
absl::Status VerifySignature(const PublicKey& key, const SignatureAlgorithm& algorithm,
                             absl::string_view message, absl::string_view signature,
                             absl::string_view field);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_SIGNATURE_VERIFIER_H_
