// How an encrypted private key is encrypted, and what it would cost to undo.
#ifndef FLEETCA_CLIENT_OBJECTS_KEY_ENCRYPTION_H_
#define FLEETCA_CLIENT_OBJECTS_KEY_ENCRYPTION_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/openssl.h"

namespace fleetca::client {

// A file may ask for any cost, and it is paid before anybody knows whether the passphrase is right.
// A few seconds on a slow machine, and what OpenSSL itself reads of scrypt.
inline constexpr uint64_t kMaxKdfIterations = 5000000;
inline constexpr uint64_t kMaxScryptMemory = uint64_t{32} << 20;
// N * r * p of RFC 7914: 25 times of what fleetca writes.
inline constexpr uint64_t kMaxScryptCost = uint64_t{1} << 24;

struct KeyEncryption {
  // "PBES2, scrypt, AES-256-CBC", "pbeWithSHA1And3-KeyTripleDES-CBC".
  std::string name;
  // RC2, RC4, single DES and the like, which protect little: OpenSSL has them in its legacy
  // provider alone (client/objects/legacy_algorithms.h).
  bool legacy = false;
};

// What the parameters of an EncryptedPrivateKeyInfo (RFC 5958 section 3) say. FAILED_PRECONDITION
// kFileInvalid where that is malformed, not known, or above one of the limits. Thread-safe.
absl::StatusOr<KeyEncryption> DescribePkcs8Encryption(const X509_ALGOR* algorithm);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_OBJECTS_KEY_ENCRYPTION_H_
