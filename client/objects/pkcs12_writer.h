// PKCS#12 as it is written here (RFC 7292).
#ifndef FLEETCA_CLIENT_OBJECTS_PKCS12_WRITER_H_
#define FLEETCA_CLIENT_OBJECTS_PKCS12_WRITER_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/openssl.h"
#include "base/secret.h"

namespace fleetca::client {

enum class Pkcs12Strength {
  // PBES2 with AES-256-CBC and PBKDF2 with HMAC-SHA-256, and a MAC with SHA-256, which OpenSSL
  // reads from 1.1.1 on, Java from 8u301 on and Windows from 10 (1709) on.
  kModern,
  // Triple DES and a MAC with SHA-1 (RFC 7292 appendix C), which everything reads. RC2, which old
  // programs use for certificates, is weaker, and none of them needs it.
  kLegacy,
};

// Of every part, and of the MAC.
inline constexpr int kPkcs12Iterations = 10000;

// A key and its certificates, nearest issuer first, under `alias` (UTF-8; empty for none).
// FAILED_PRECONDITION kPassphraseInvalid for a passphrase with a NUL octet; INTERNAL kInternal when
// OpenSSL fails. Thread-safe, as the rest. Salts are random, so that no two results are equal.
absl::StatusOr<SecretBytes> EncodeKeystore(EVP_PKEY* key, absl::string_view certificate_der,
                                           absl::Span<const std::string> chain_der,
                                           const std::string& alias, const SecretBytes& passphrase,
                                           Pkcs12Strength strength = Pkcs12Strength::kModern);

// Certificates that are trusted, each under an alias made of its fingerprint.
absl::StatusOr<SecretBytes> EncodeTruststore(absl::Span<const std::string> certificates_der,
                                             const SecretBytes& passphrase);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_OBJECTS_PKCS12_WRITER_H_
