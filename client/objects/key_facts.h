// What there is to say of a private key without showing it.
#ifndef FLEETCA_CLIENT_OBJECTS_KEY_FACTS_H_
#define FLEETCA_CLIENT_OBJECTS_KEY_FACTS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/openssl.h"

namespace fleetca::client {

struct KeyFacts {
  std::string type;  // "P-256", "RSA 3072", "Ed25519"; OpenSSL's name of what no CA of ours takes
  // The work to break it, of NIST SP 800-57 part 1, table 2: 128 for P-256 and RSA 3072.
  int strength_bits = 0;
  std::string sha256;  // of its SubjectPublicKeyInfo, hex
};

// INTERNAL where OpenSSL cannot encode its public key. Thread-safe.
absl::StatusOr<KeyFacts> FactsOfKey(const EVP_PKEY* key);

// Whether `key` is the private half of what a certificate or a CSR, in DER, certifies or asks for.
// INVALID_ARGUMENT kFileInvalid where it cannot be read. Thread-safe.
absl::StatusOr<bool> FitsCertificate(const EVP_PKEY* key, absl::string_view der);
absl::StatusOr<bool> FitsCsr(const EVP_PKEY* key, absl::string_view der);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_OBJECTS_KEY_FACTS_H_
