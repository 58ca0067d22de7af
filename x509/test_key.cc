#include "x509/test_key.h"

#include <cstdio>
#include <cstdlib>
#include <map>

namespace fleetca::x509 {
namespace {

void Require(bool condition) {
  if (!condition) {
    std::fprintf(stderr, "OpenSSL failed in a test key: %s\n", DrainOpenSslErrors().c_str());
    std::abort();
  }
}

const EVP_MD* HashOf(SignatureScheme scheme) {
  switch (scheme) {
    case SignatureScheme::kEcdsaSha256:
    case SignatureScheme::kRsaPkcs1Sha256:
    case SignatureScheme::kRsaPssSha256:
      return EVP_sha256();
    case SignatureScheme::kEcdsaSha384:
    case SignatureScheme::kRsaPkcs1Sha384:
    case SignatureScheme::kRsaPssSha384:
      return EVP_sha384();
    case SignatureScheme::kEcdsaSha512:
    case SignatureScheme::kRsaPkcs1Sha512:
    case SignatureScheme::kRsaPssSha512:
      return EVP_sha512();
    case SignatureScheme::kEd25519:
      return nullptr;
  }
  return nullptr;
}

bool IsPss(SignatureScheme scheme) {
  return scheme == SignatureScheme::kRsaPssSha256 || scheme == SignatureScheme::kRsaPssSha384 ||
         scheme == SignatureScheme::kRsaPssSha512;
}

}  // namespace

const TestKey& TestKey::OfType(KeyType type) {
  static auto* const keys = new std::map<KeyType, TestKey>();
  const auto found = keys->find(type);
  return found != keys->end() ? found->second : keys->emplace(type, Make(type)).first->second;
}

TestKey TestKey::Make(KeyType type) {
  switch (type) {
    case KeyType::kP256:
      return MakeOther("EC", "P-256");
    case KeyType::kP384:
      return MakeOther("EC", "P-384");
    case KeyType::kRsa2048:
      return MakeRsa(2048, RSA_F4);
    case KeyType::kRsa3072:
      return MakeRsa(3072, RSA_F4);
    case KeyType::kRsa4096:
      return MakeRsa(4096, RSA_F4);
    case KeyType::kEd25519:
      break;
  }
  return MakeOther("ED25519");
}

TestKey TestKey::MakeOther(const char* algorithm, const char* curve) {
  return TestKey(curve != nullptr ? EVP_PKEY_Q_keygen(nullptr, nullptr, algorithm, curve)
                                  : EVP_PKEY_Q_keygen(nullptr, nullptr, algorithm));
}

TestKey TestKey::MakeRsa(unsigned int bits, unsigned int exponent) {
  const EvpPkeyCtxPtr context(EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, nullptr));
  const BignumPtr e(BN_new());
  EVP_PKEY* key = nullptr;
  Require(context != nullptr && e != nullptr && BN_set_word(e.get(), exponent) == 1 &&
          EVP_PKEY_keygen_init(context.get()) == 1 &&
          EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), static_cast<int>(bits)) == 1 &&
          EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context.get(), e.get()) == 1 &&
          EVP_PKEY_keygen(context.get(), &key) == 1);
  return TestKey(key);
}

TestKey::TestKey(EVP_PKEY* key) : key_(key) {
  Require(key != nullptr);
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key_.get(), &der);
  Require(size > 0);
  public_key_.assign(reinterpret_cast<char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
}

std::string TestKey::Sign(SignatureScheme scheme, absl::string_view message) const {
  const EvpMdCtxPtr context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* key_context = nullptr;  // owned by `context`
  Require(EVP_DigestSignInit(context.get(), &key_context, HashOf(scheme), nullptr, key_.get()) ==
          1);
  if (IsPss(scheme)) {
    Require(EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING) == 1 &&
            EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, RSA_PSS_SALTLEN_DIGEST) == 1);
  }
  size_t size = 0;
  Require(EVP_DigestSign(context.get(), nullptr, &size, AsUnsigned(message), message.size()) == 1);
  std::string signature(size, '\0');
  Require(EVP_DigestSign(context.get(), AsUnsigned(signature.data()), &size, AsUnsigned(message),
                         message.size()) == 1);
  signature.resize(size);
  return signature;
}

}  // namespace fleetca::x509
