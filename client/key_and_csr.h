// A new private key and the certification request for it (PKCS#10, RFC 2986).
#ifndef FLEETCA_CLIENT_KEY_AND_CSR_H_
#define FLEETCA_CLIENT_KEY_AND_CSR_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/crypto_types.h"
#include "base/openssl.h"
#include "base/secret.h"
#include "x509/requested_name.h"

namespace fleetca::client {

struct KeyAndCsr {
  // "-----BEGIN PRIVATE KEY-----", in the clear.
  SecretBytes private_key_pem;
  std::string csr_der;
};

absl::StatusOr<KeyAndCsr> MakeKeyAndCsr(KeyType type, absl::Span<const x509::RequestedName> names);

// A CSR with an empty subject that asks for `names` in a subjectAltName (none: no extension),
// signed with `key`: ECDSA with the curve's hash, RSA PKCS#1 v1.5 with SHA-256, or Ed25519.
// INVALID_ARGUMENT kKeyUnsupported for a key of another kind.
absl::StatusOr<std::string> BuildCsr(EVP_PKEY* key, absl::Span<const x509::RequestedName> names);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_KEY_AND_CSR_H_
