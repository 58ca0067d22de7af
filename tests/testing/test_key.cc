#include "tests/testing/test_key.h"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "base/private_key.h"

namespace fleetca::testing {
namespace {

void Check(bool condition, const char* what) {
  if (!condition) {
    std::fprintf(stderr, "test key: %s failed: %s\n", what, DrainOpenSslErrors().c_str());
    std::abort();
  }
}

}  // namespace

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

EvpPkeyPtr NewTestKey(KeyType type) {
  auto key = GeneratePrivateKey(type);
  Check(key.ok(), "GeneratePrivateKey");
  return *std::move(key);
}

std::string TestPublicKey(const EVP_PKEY* key) {
  auto spki = EncodePublicKey(key);
  Check(spki.ok(), "EncodePublicKey");
  return *std::move(spki);
}

SignatureScheme DefaultScheme(KeyType type) {
  switch (type) {
    case KeyType::kP256:
      return SignatureScheme::kEcdsaSha256;
    case KeyType::kP384:
      return SignatureScheme::kEcdsaSha384;
    case KeyType::kRsa2048:
    case KeyType::kRsa3072:
    case KeyType::kRsa4096:
      return SignatureScheme::kRsaPkcs1Sha256;
    case KeyType::kEd25519:
      return SignatureScheme::kEd25519;
  }
  return SignatureScheme::kEcdsaSha256;
}

std::string TestSignature(EVP_PKEY* key, SignatureScheme scheme, absl::string_view message) {
  const EvpMdCtxPtr context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* key_context = nullptr;  // owned by `context`
  Check(EVP_DigestSignInit(context.get(), &key_context, HashOf(scheme), nullptr, key) == 1,
        "EVP_DigestSignInit");
  if (IsPss(scheme)) {
    Check(EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING) == 1 &&
              EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, RSA_PSS_SALTLEN_DIGEST) == 1,
          "PSS padding");
  }
  size_t size = 0;
  Check(EVP_DigestSign(context.get(), nullptr, &size, AsUnsigned(message), message.size()) == 1,
        "EVP_DigestSign");
  std::string signature(size, '\0');
  Check(EVP_DigestSign(context.get(), AsUnsigned(signature.data()), &size, AsUnsigned(message),
                       message.size()) == 1,
        "EVP_DigestSign");
  signature.resize(size);
  return signature;
}

const TestKey& TestKey::OfType(KeyType type) {
  static absl::Mutex* const mutex = new absl::Mutex();
  static auto* const keys = new std::map<KeyType, TestKey>();
  absl::MutexLock lock(mutex);
  const auto found = keys->find(type);
  return found != keys->end() ? found->second : keys->emplace(type, Make(type)).first->second;
}

TestKey TestKey::Make(KeyType type) { return TestKey(NewTestKey(type)); }

TestKey TestKey::MakeOther(const char* algorithm, const char* curve) {
  return TestKey(EvpPkeyPtr(curve != nullptr ? EVP_PKEY_Q_keygen(nullptr, nullptr, algorithm, curve)
                                             : EVP_PKEY_Q_keygen(nullptr, nullptr, algorithm)));
}

TestKey TestKey::MakeRsa(unsigned int bits, unsigned int exponent) {
  const EvpPkeyCtxPtr context(EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, nullptr));
  const BignumPtr e(BN_new());
  EVP_PKEY* key = nullptr;
  Check(context != nullptr && e != nullptr && BN_set_word(e.get(), exponent) == 1 &&
            EVP_PKEY_keygen_init(context.get()) == 1 &&
            EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), static_cast<int>(bits)) == 1 &&
            EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context.get(), e.get()) == 1 &&
            EVP_PKEY_keygen(context.get(), &key) == 1,
        "RSA key generation");
  return TestKey(EvpPkeyPtr(key));
}

TestKey::TestKey(EvpPkeyPtr key) : key_(std::move(key)) {
  Check(key_ != nullptr, "making a key");
  public_key_ = TestPublicKey(key_.get());
}

std::string TestKey::Sign(SignatureScheme scheme, absl::string_view message) const {
  return TestSignature(key_.get(), scheme, message);
}

}  // namespace fleetca::testing
