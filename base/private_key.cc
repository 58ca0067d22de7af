#include "base/private_key.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/pem_key_block.h"
#include "base/status_macros.h"

namespace fleetca {
namespace {

// Below what OpenSSL's int lengths can hold.
constexpr size_t kMaxPassphraseBytes = size_t{1} << 16;

// scrypt (RFC 7914) with 16 MiB of memory, five times over: about 0.2 s. OpenSSL reads no key file
// that asks for more than 32 MiB.
constexpr uint64_t kScryptN = 1 << 14;
constexpr uint64_t kScryptR = 8;
constexpr uint64_t kScryptP = 5;
// About 0.3 s, as OWASP recommends for HMAC-SHA-256.
constexpr int kPbkdf2Iterations = 600000;
constexpr int kSaltBytes = 16;

absl::Status WrongPassphrase(absl::string_view what) {
  return FailedPrecondition(Reason::kPassphraseInvalid, what);
}

absl::Status EncodingFailed() {
  return OpenSslError(Reason::kInternal, "The private key could not be encoded");
}

absl::StatusOr<std::string> BioContents(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  if (size <= 0 || data == nullptr) {
    return EncodingFailed();
  }
  return std::string(data, static_cast<size_t>(size));
}

// PBES2 (RFC 8018) that makes its key so.
X509AlgorPtr Pbes2(KeyDerivation derivation) {
  switch (derivation) {
    case KeyDerivation::kScrypt:
      return X509AlgorPtr(PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), /*salt=*/nullptr, kSaltBytes,
                                                /*aiv=*/nullptr, kScryptN, kScryptR, kScryptP));
    case KeyDerivation::kPbkdf2:
      return X509AlgorPtr(PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), kPbkdf2Iterations, /*salt=*/nullptr,
                                            kSaltBytes, /*aiv=*/nullptr, NID_hmacWithSHA256));
  }
  return nullptr;
}

// The PKCS#8 element (RFC 5958) in an EncryptedPrivateKeyInfo, however it is encrypted.
absl::StatusOr<Pkcs8InfoPtr> DecryptPkcs8(const X509_SIG* encrypted,
                                          const SecretBytes& passphrase) {
  if (passphrase.empty()) {
    return WrongPassphrase("The private key is encrypted and no passphrase was given");
  }
  if (passphrase.size() > kMaxPassphraseBytes) {
    return WrongPassphrase("The passphrase is longer than 64 KiB");
  }
  Pkcs8InfoPtr info(
      PKCS8_decrypt(encrypted, passphrase.view().data(), static_cast<int>(passphrase.size())));
  if (info == nullptr) {
    return WrongPassphrase(
        "The private key could not be decrypted: the passphrase is wrong, or the file is damaged");
  }
  return info;
}

// The key in it; null is refused as well.
absl::StatusOr<EvpPkeyPtr> KeyOfPkcs8(const Pkcs8InfoPtr& info) {
  EvpPkeyPtr key(info == nullptr ? nullptr : EVP_PKCS82PKEY(info.get()));
  if (key == nullptr) {
    return NotOneKey("its DER is malformed, or its algorithm is not known");
  }
  return key;
}

// The PKCS#8 element (RFC 5958) inside the EncryptedPrivateKeyInfo `block`.
absl::StatusOr<Pkcs8InfoPtr> Decrypt(const PemKeyBlock& block, const SecretBytes& passphrase) {
  const unsigned char* cursor = block.der();
  const X509SigPtr encrypted(d2i_X509_SIG(nullptr, &cursor, block.size()));
  if (encrypted == nullptr || cursor != block.end()) {
    return NotOneKey("its DER is malformed");
  }
  const X509_ALGOR* algorithm = nullptr;
  X509_SIG_get0(encrypted.get(), &algorithm, nullptr);
  const ASN1_OBJECT* oid = nullptr;
  X509_ALGOR_get0(&oid, nullptr, nullptr, algorithm);
  if (OBJ_obj2nid(oid) != NID_pbes2) {
    return NotOneKey(
        "it is not encrypted by PBES2; convert it: openssl pkcs8 -topk8 -v2 aes-256-cbc -scrypt");
  }
  return DecryptPkcs8(encrypted.get(), passphrase);
}

absl::StatusOr<EvpPkeyPtr> FromCleartext(const PemKeyBlock& block) {
  const unsigned char* cursor = block.der();
  EvpPkeyPtr key;
  if (block.label() == PEM_STRING_PKCS8INF) {
    const Pkcs8InfoPtr info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &cursor, block.size()));
    FLEETCA_ASSIGN_OR_RETURN(key, KeyOfPkcs8(info));
  } else if (block.label() == PEM_STRING_ECPRIVATEKEY) {
    key.reset(d2i_PrivateKey(EVP_PKEY_EC, nullptr, &cursor, block.size()));
  } else if (block.label() == PEM_STRING_RSA) {
    key.reset(d2i_PrivateKey(EVP_PKEY_RSA, nullptr, &cursor, block.size()));
  } else {
    return NotOneKey(absl::StrCat("it holds \"", block.label().substr(0, 64), "\""));
  }
  if (key == nullptr || cursor != block.end()) {
    return NotOneKey("its DER is malformed");
  }
  return key;
}

}  // namespace

absl::StatusOr<EvpPkeyPtr> GeneratePrivateKey(KeyType type) {
  EvpPkeyPtr key;
  switch (type) {
    case KeyType::kP256:
      key.reset(EVP_EC_gen(SN_X9_62_prime256v1));
      break;
    case KeyType::kP384:
      key.reset(EVP_EC_gen(SN_secp384r1));
      break;
    case KeyType::kRsa2048:
      key.reset(EVP_RSA_gen(2048));
      break;
    case KeyType::kRsa3072:
      key.reset(EVP_RSA_gen(3072));
      break;
    case KeyType::kRsa4096:
      key.reset(EVP_RSA_gen(4096));
      break;
    case KeyType::kEd25519:
      key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
      break;
  }
  if (key == nullptr) {
    return OpenSslError(Reason::kInternal,
                        absl::StrCat("No ", KeyTypeName(type), " key could be generated"));
  }
  return key;
}

absl::StatusOr<std::string> EncodeEncryptedPrivateKey(const EVP_PKEY* key,
                                                      const SecretBytes& passphrase,
                                                      KeyDerivation derivation) {
  if (passphrase.empty() || passphrase.size() > kMaxPassphraseBytes) {
    return WrongPassphrase("The passphrase must have 1 to 65536 bytes");
  }
  const Pkcs8InfoPtr info(EVP_PKEY2PKCS8(key));
  X509AlgorPtr algorithm = Pbes2(derivation);
  if (info == nullptr || algorithm == nullptr) {
    return EncodingFailed();
  }
  const X509SigPtr encrypted(PKCS8_set0_pbe(
      passphrase.view().data(), static_cast<int>(passphrase.size()), info.get(), algorithm.get()));
  if (encrypted == nullptr) {
    return EncodingFailed();
  }
  algorithm.release();  // It belongs to `encrypted` now.
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (bio == nullptr || PEM_write_bio_PKCS8(bio.get(), encrypted.get()) != 1) {
    return EncodingFailed();
  }
  return BioContents(bio.get());
}

absl::StatusOr<SecretBytes> EncodePrivateKey(const EVP_PKEY* key) {
  const Pkcs8InfoPtr info(EVP_PKEY2PKCS8(key));
  const BioPtr bio(BIO_new(BIO_s_secmem()));
  if (info == nullptr || bio == nullptr ||
      PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio.get(), info.get()) != 1) {
    return EncodingFailed();
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  if (size <= 0) {
    return EncodingFailed();
  }
  return SecretBytes(absl::string_view(data, static_cast<size_t>(size)));
}

absl::StatusOr<EvpPkeyPtr> DecodeEncryptedPrivateKey(absl::string_view pem,
                                                     const SecretBytes& passphrase) {
  const ScopedOpenSslErrorQueue queue;
  FLEETCA_ASSIGN_OR_RETURN(const PemKeyBlock block, ReadOnlyKeyBlock(pem));
  if (block.label() == PEM_STRING_PKCS8) {
    FLEETCA_ASSIGN_OR_RETURN(const Pkcs8InfoPtr info, Decrypt(block, passphrase));
    return KeyOfPkcs8(info);
  }
  return NotOneKey(
      "it is not encrypted PKCS#8 (\"-----BEGIN ENCRYPTED PRIVATE KEY-----\"); encrypt it: openssl "
      "pkcs8 -topk8 -v2 aes-256-cbc -scrypt -in <this file> -out <encrypted file>");
}

absl::StatusOr<EvpPkeyPtr> DecodePrivateKey(absl::string_view pem, const SecretBytes& passphrase) {
  const ScopedOpenSslErrorQueue queue;
  FLEETCA_ASSIGN_OR_RETURN(const PemKeyBlock block, ReadOnlyKeyBlock(pem));
  if (block.label() == PEM_STRING_PKCS8) {
    FLEETCA_ASSIGN_OR_RETURN(const Pkcs8InfoPtr info, Decrypt(block, passphrase));
    return KeyOfPkcs8(info);
  }
  if (block.has_header()) {
    return NotOneKey(
        "it is encrypted in the older form with a \"DEK-Info\" line; convert it: openssl pkcs8 "
        "-topk8 -v2 aes-256-cbc -scrypt");
  }
  return FromCleartext(block);
}

absl::StatusOr<std::string> EncodePublicKey(const EVP_PKEY* key) {
  const int size = i2d_PUBKEY(key, nullptr);
  std::string der(size > 0 ? static_cast<size_t>(size) : 0, '\0');
  unsigned char* cursor = AsUnsigned(der.data());
  if (size <= 0 || i2d_PUBKEY(key, &cursor) != size) {
    return OpenSslError(Reason::kInternal, "The public key could not be encoded");
  }
  return der;
}

}  // namespace fleetca
