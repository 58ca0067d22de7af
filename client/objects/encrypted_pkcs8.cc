#include "client/objects/encrypted_pkcs8.h"

#include <climits>
#include <cstddef>

namespace fleetca::client {

std::optional<SecretBytes> DecryptPkcs8(const X509_SIG* encrypted, absl::string_view passphrase,
                                        OSSL_LIB_CTX* library) {
  const ScopedOpenSslErrorQueue queue;
  const X509_ALGOR* algorithm = nullptr;
  const ASN1_OCTET_STRING* sealed = nullptr;
  X509_SIG_get0(encrypted, &algorithm, &sealed);
  unsigned char* octets = nullptr;
  int size = 0;
  if (passphrase.size() > INT_MAX ||
      PKCS12_pbe_crypt_ex(algorithm, passphrase.data(), static_cast<int>(passphrase.size()),
                          ASN1_STRING_get0_data(sealed), ASN1_STRING_length(sealed), &octets, &size,
                          /*en_de=*/0, library, nullptr) == nullptr) {
    return std::nullopt;
  }
  SecretBytes decrypted(
      absl::string_view(reinterpret_cast<const char*>(octets), static_cast<size_t>(size)));
  OPENSSL_clear_free(octets, static_cast<size_t>(size));
  return decrypted;
}

}  // namespace fleetca::client
