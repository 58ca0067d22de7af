// The signature under a certification request, made with the key that it asks for.
#ifndef FLEETCA_BASE_CSR_SIGNATURE_H_
#define FLEETCA_BASE_CSR_SIGNATURE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/crypto_types.h"
#include "base/openssl.h"

namespace fleetca {

// ECDSA with the curve's hash, RSA PKCS#1 v1.5 with SHA-256, or Ed25519. INVALID_ARGUMENT
// kKeyUnsupported for a key of another kind.
absl::StatusOr<SignatureScheme> CsrSignatureScheme(const EVP_PKEY* key);

// The signature over `info` by `scheme`, which is the CsrSignatureScheme of `key`. kSigningFailed.
absl::StatusOr<std::string> SignCsr(EVP_PKEY* key, SignatureScheme scheme, absl::string_view info);

}  // namespace fleetca

#endif  // FLEETCA_BASE_CSR_SIGNATURE_H_
