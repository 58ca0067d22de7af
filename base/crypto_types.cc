#include "base/crypto_types.h"

namespace fleetca {

absl::string_view KeyTypeName(KeyType type) {
  switch (type) {
    case KeyType::kP256:
      return "p256";
    case KeyType::kP384:
      return "p384";
    case KeyType::kRsa2048:
      return "rsa2048";
    case KeyType::kRsa3072:
      return "rsa3072";
    case KeyType::kRsa4096:
      return "rsa4096";
    case KeyType::kEd25519:
      return "ed25519";
  }
  return "unknown";
}

std::optional<KeyType> ParseKeyType(absl::string_view name) {
  for (const KeyType type : {KeyType::kP256, KeyType::kP384, KeyType::kRsa2048, KeyType::kRsa3072,
                             KeyType::kRsa4096, KeyType::kEd25519}) {
    if (KeyTypeName(type) == name) {
      return type;
    }
  }
  return std::nullopt;
}

absl::string_view SignatureSchemeName(SignatureScheme scheme) {
  switch (scheme) {
    case SignatureScheme::kEcdsaSha256:
      return "ecdsa-sha256";
    case SignatureScheme::kEcdsaSha384:
      return "ecdsa-sha384";
    case SignatureScheme::kEcdsaSha512:
      return "ecdsa-sha512";
    case SignatureScheme::kRsaPkcs1Sha256:
      return "rsa-pkcs1-sha256";
    case SignatureScheme::kRsaPkcs1Sha384:
      return "rsa-pkcs1-sha384";
    case SignatureScheme::kRsaPkcs1Sha512:
      return "rsa-pkcs1-sha512";
    case SignatureScheme::kRsaPssSha256:
      return "rsa-pss-sha256";
    case SignatureScheme::kRsaPssSha384:
      return "rsa-pss-sha384";
    case SignatureScheme::kRsaPssSha512:
      return "rsa-pss-sha512";
    case SignatureScheme::kEd25519:
      return "ed25519";
  }
  return "unknown";
}

}  // namespace fleetca
