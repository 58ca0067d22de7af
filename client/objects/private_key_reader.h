// A private key in whatever form people have it.
#ifndef FLEETCA_CLIENT_OBJECTS_PRIVATE_KEY_READER_H_
#define FLEETCA_CLIENT_OBJECTS_PRIVATE_KEY_READER_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/openssl.h"
#include "base/secret.h"

namespace fleetca::client {

// How a key stood in its file.
enum class KeyForm {
  kPkcs8,           // RFC 5958
  kEncryptedPkcs8,  // PBES1 or PBES2
  kSec1,            // "EC PRIVATE KEY", RFC 5915
  kPkcs1,           // "RSA PRIVATE KEY", RFC 8017
  kEncryptedSec1,   // with the header lines of RFC 1421
  kEncryptedPkcs1,
};

// "PKCS#8", "encrypted PKCS#8", "SEC1"...
absl::string_view KeyFormName(KeyForm form);

struct ReadKey {
  EvpPkeyPtr key;
  KeyForm form = KeyForm::kPkcs8;
  // "PBES2, scrypt, AES-256-CBC", "DES-EDE3-CBC, MD5 (RFC 1421)"; "" in the clear.
  std::string encryption;
  // The encryption is by RC2, RC4, single DES or the like, which protects little.
  bool broken_encryption = false;
};

// Called at most once, and only where the key is encrypted in a way that can be undone.
using AskPassphrase = std::function<absl::StatusOr<SecretBytes>()>;

// The one private key of `contents`, PEM or DER; other PEM blocks beside it (certificates,
// parameters, text around) are passed over. FAILED_PRECONDITION: kFileInvalid when there is none,
// more than one, or what is there is something else, which the sentence names ("a certificate, not
// a private key"), and for an encryption that is not known, or whose passphrase would take longer
// than some seconds or more memory than 32 MiB to check (client/objects/key_encryption.h); the
// ciphers of OpenSSL's legacy provider are loaded for a file that has one;
// kPassphraseInvalid when it is wrong. Whatever `ask` refuses. Thread-safe.
absl::StatusOr<ReadKey> ReadPrivateKey(absl::string_view contents, const AskPassphrase& ask);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_OBJECTS_PRIVATE_KEY_READER_H_
