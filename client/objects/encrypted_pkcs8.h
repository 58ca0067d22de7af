// What an EncryptedPrivateKeyInfo holds.
#ifndef FLEETCA_CLIENT_OBJECTS_ENCRYPTED_PKCS8_H_
#define FLEETCA_CLIENT_OBJECTS_ENCRYPTED_PKCS8_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "base/openssl.h"
#include "base/secret.h"

namespace fleetca::client {

// The decrypted octets, which KeyOfPkcs8Der (client/objects/key_pair.h) reads: OpenSSL's own
// functions read version 1 of RFC 5958 alone, and take a key of version 2 for a wrong passphrase.
// nullopt where the passphrase does not open it; of 256 wrong ones about one gives octets that are
// no PKCS#8 instead. A view of nullptr is no passphrase, which PKCS#12 tells from an empty one. The
// algorithms are those of `library`, null for the everyday ones. Thread-safe.
[[nodiscard]] std::optional<SecretBytes> DecryptPkcs8(const X509_SIG* encrypted,
                                                      absl::string_view passphrase,
                                                      OSSL_LIB_CTX* library = nullptr);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_OBJECTS_ENCRYPTED_PKCS8_H_
