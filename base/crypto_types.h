// The names of keys and signatures that every layer shares. What is not named here is not
// supported.
#ifndef FLEETCA_BASE_CRYPTO_TYPES_H_
#define FLEETCA_BASE_CRYPTO_TYPES_H_

#include <optional>

#include "absl/strings/string_view.h"

namespace fleetca {

// A key to be made. Subscribers' RSA keys may have any size from 2048 to 8192 bits; these are the
// sizes that fleetca itself makes.
enum class KeyType { kP256, kP384, kRsa2048, kRsa3072, kRsa4096, kEd25519 };

// A signature algorithm with its hash (RFC 5758, RFC 8017, RFC 8410). For RSASSA-PSS the MGF1 hash
// is the same hash and the salt is as long as it.
enum class SignatureScheme {
  kEcdsaSha256,
  kEcdsaSha384,
  kEcdsaSha512,
  kRsaPkcs1Sha256,
  kRsaPkcs1Sha384,
  kRsaPkcs1Sha512,
  kRsaPssSha256,
  kRsaPssSha384,
  kRsaPssSha512,
  kEd25519,
};

// "p256", "p384", "rsa2048", "rsa3072", "rsa4096", "ed25519": as in flags and configuration.
absl::string_view KeyTypeName(KeyType type);
[[nodiscard]] std::optional<KeyType> ParseKeyType(absl::string_view name);

// "ecdsa-sha256", "rsa-pkcs1-sha384", "ed25519"...
absl::string_view SignatureSchemeName(SignatureScheme scheme);

}  // namespace fleetca

#endif  // FLEETCA_BASE_CRYPTO_TYPES_H_
