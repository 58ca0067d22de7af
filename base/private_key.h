// Making private keys and keeping them in encrypted PKCS#8 (RFC 5958, PBES2 of RFC 8018).
#ifndef FLEETCA_BASE_PRIVATE_KEY_H_
#define FLEETCA_BASE_PRIVATE_KEY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/crypto_types.h"
#include "base/openssl.h"
#include "base/secret.h"

namespace fleetca {

// A new key from OpenSSL's private CSPRNG.
absl::StatusOr<EvpPkeyPtr> GeneratePrivateKey(KeyType type);

// How the key of the cipher is made from the passphrase.
enum class KeyDerivation {
  kScrypt,  // RFC 7914: needs memory, so that guessing is dear
  kPbkdf2,  // RFC 8018, with HMAC-SHA-256: for programs that know no scrypt, and where FIPS 140
            // holds
};

// "-----BEGIN ENCRYPTED PRIVATE KEY-----": PBES2 with AES-256-CBC. kPassphraseInvalid when
// `passphrase` is empty or longer than 64 KiB.
absl::StatusOr<std::string> EncodeEncryptedPrivateKey(
    const EVP_PKEY* key, const SecretBytes& passphrase,
    KeyDerivation derivation = KeyDerivation::kScrypt);

// "-----BEGIN PRIVATE KEY-----", in the clear: for TLS keys that a file mode of 0600 protects.
absl::StatusOr<SecretBytes> EncodePrivateKey(const EVP_PKEY* key);

// One private key from PEM: PKCS#8, or the older "EC PRIVATE KEY" and "RSA PRIVATE KEY" in the
// clear. An encrypted key needs `passphrase`; kPassphraseInvalid when it is wrong or missing (never
// a prompt), kFileInvalid for anything that is not exactly one private key. FAILED_PRECONDITION.
absl::StatusOr<EvpPkeyPtr> DecodePrivateKey(absl::string_view pem, const SecretBytes& passphrase);

// As DecodePrivateKey, but a key that is not in encrypted PKCS#8 is refused (kFileInvalid, with how
// to encrypt it).
absl::StatusOr<EvpPkeyPtr> DecodeEncryptedPrivateKey(absl::string_view pem,
                                                     const SecretBytes& passphrase);

// SubjectPublicKeyInfo, DER (RFC 5280 section 4.1.2.7).
absl::StatusOr<std::string> EncodePublicKey(const EVP_PKEY* key);

}  // namespace fleetca

#endif  // FLEETCA_BASE_PRIVATE_KEY_H_
