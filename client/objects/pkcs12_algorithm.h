// By what a part of a PKCS#12 file is encrypted, and what opening it costs.
#ifndef FLEETCA_CLIENT_OBJECTS_PKCS12_ALGORITHM_H_
#define FLEETCA_CLIENT_OBJECTS_PKCS12_ALGORITHM_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "base/openssl.h"

namespace fleetca::client {

struct Pkcs12Algorithm {
  // "PBES2, AES-256-CBC, PBKDF2 hmacWithSHA256, 2048 iterations".
  std::string name;
  // Of a hash, or as many as take the same time.
  int64_t iterations = 1;
  // RC2, RC4, DES or triple DES.
  bool weak = false;
  // OpenSSL has it in its legacy provider alone.
  bool legacy = false;
  // The passphrase is hashed as a BMPString (RFC 7292 appendix B.1), not as its octets.
  bool bmp_passphrase = false;
};

// FAILED_PRECONDITION kFileInvalid when it is none of RFC 7292 appendix C and RFC 8018, or its
// numbers are not sound. Thread-safe.
absl::StatusOr<Pkcs12Algorithm> ParsePkcs12Algorithm(const X509_ALGOR* algorithm);

// The same of the MAC: a name such as "SHA256, 2048 iterations". `mac` is not null.
absl::StatusOr<Pkcs12Algorithm> ParsePkcs12Mac(const X509_ALGOR* mac,
                                               const ASN1_INTEGER* iterations);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_OBJECTS_PKCS12_ALGORITHM_H_
