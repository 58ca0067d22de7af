#include "client/objects/encrypted_pem.h"

#include <array>
#include <climits>
#include <memory>

#include "absl/cleanup/cleanup.h"
#include "client/objects/legacy_algorithms.h"

namespace fleetca::client {
namespace {

using CipherPtr = std::unique_ptr<EVP_CIPHER, OpenSslDeleter<EVP_CIPHER_free>>;
using CipherCtxPtr = std::unique_ptr<EVP_CIPHER_CTX, OpenSslDeleter<EVP_CIPHER_CTX_free>>;

}  // namespace

std::optional<PemEncryption> ReadPemEncryption(absl::string_view header) {
  const ScopedOpenSslErrorQueue queue;
  std::string text(header);  // OpenSSL writes into it.
  PemEncryption by;
  if (PEM_get_EVP_CIPHER_INFO(text.data(), &by.info) != 1 || by.info.cipher == nullptr) {
    return std::nullopt;
  }
  by.name = EVP_CIPHER_get0_name(by.info.cipher);
  by.legacy = IsLegacyCipher(EVP_CIPHER_get_nid(by.info.cipher));
  return by;
}

std::optional<SecretBytes> DecryptPem(const PemEncryption& by, absl::string_view octets,
                                      absl::string_view passphrase, OSSL_LIB_CTX* library) {
  const ScopedOpenSslErrorQueue queue;
  const CipherPtr cipher(EVP_CIPHER_fetch(library, by.name.c_str(), nullptr));
  const CipherCtxPtr context(EVP_CIPHER_CTX_new());
  std::array<unsigned char, EVP_MAX_KEY_LENGTH> key = {};
  std::string clear(octets.size() + EVP_MAX_BLOCK_LENGTH, '\0');
  const absl::Cleanup wipe = [&key, &clear] {
    OPENSSL_cleanse(key.data(), key.size());
    WipeString(clear);
  };
  int size = 0;
  int more = 0;
  if (cipher == nullptr || context == nullptr || octets.size() > INT_MAX / 2 ||
      passphrase.size() > INT_MAX ||
      // The beginning of the IV is the salt.
      EVP_BytesToKey(by.info.cipher, EVP_md5(), by.info.iv, AsUnsigned(passphrase),
                     static_cast<int>(passphrase.size()), 1, key.data(), nullptr) == 0 ||
      EVP_DecryptInit_ex(context.get(), cipher.get(), nullptr, key.data(), by.info.iv) != 1 ||
      EVP_DecryptUpdate(context.get(), AsUnsigned(clear.data()), &size, AsUnsigned(octets),
                        static_cast<int>(octets.size())) != 1 ||
      EVP_DecryptFinal_ex(context.get(), AsUnsigned(clear.data()) + size, &more) != 1) {
    return std::nullopt;
  }
  return SecretBytes(absl::string_view(clear).substr(0, static_cast<size_t>(size + more)));
}

}  // namespace fleetca::client
