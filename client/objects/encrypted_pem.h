// What a PEM block with the header lines of RFC 1421 holds ("Proc-Type", "DEK-Info"), as OpenSSL
// wrote encrypted keys before PKCS#8.
#ifndef FLEETCA_CLIENT_OBJECTS_ENCRYPTED_PEM_H_
#define FLEETCA_CLIENT_OBJECTS_ENCRYPTED_PEM_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "base/openssl.h"
#include "base/secret.h"

namespace fleetca::client {

struct PemEncryption {
  EVP_CIPHER_INFO info = {};
  std::string name;     // "AES-256-CBC"
  bool legacy = false;  // client/objects/legacy_algorithms.h
};

// nullopt where the lines name no cipher that is known. Thread-safe, as the next.
[[nodiscard]] std::optional<PemEncryption> ReadPemEncryption(absl::string_view header);

// nullopt where the passphrase does not open it; of 256 wrong ones about one gives other octets
// instead. The ciphers are those of `library`, null for the everyday ones.
[[nodiscard]] std::optional<SecretBytes> DecryptPem(const PemEncryption& by,
                                                    absl::string_view octets,
                                                    absl::string_view passphrase,
                                                    OSSL_LIB_CTX* library);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_OBJECTS_ENCRYPTED_PEM_H_
