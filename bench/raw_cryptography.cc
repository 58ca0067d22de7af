#include "bench/raw_cryptography.h"

#include "bench/check.h"
#include "tests/testing/test_key.h"

namespace fleetca::bench {

RawKey::RawKey(KeyType type) : key_(testing::NewTestKey(type)) {
  if (type == KeyType::kEd25519) {
    SetUpMessage();
  } else {
    SetUpDigest(type);
  }
  const size_t size = Sign();
  signature_.assign(reinterpret_cast<const char*>(buffer_), size);
}

void RawKey::SetUpDigest(KeyType type) {
  const EVP_MD* const digest = testing::HashOf(testing::DefaultScheme(type));
  message_.assign(static_cast<size_t>(EVP_MD_get_size(digest)), '\x5a');
  signer_.reset(EVP_PKEY_CTX_new(key_.get(), nullptr));
  verifier_.reset(EVP_PKEY_CTX_new(key_.get(), nullptr));
  Check(EVP_PKEY_sign_init(signer_.get()) == 1 && EVP_PKEY_verify_init(verifier_.get()) == 1,
        "EVP_PKEY_sign_init");
  Check(EVP_PKEY_CTX_set_signature_md(signer_.get(), digest) == 1 &&
            EVP_PKEY_CTX_set_signature_md(verifier_.get(), digest) == 1,
        "EVP_PKEY_CTX_set_signature_md");
}

void RawKey::SetUpMessage() {
  message_.assign(300, '\x5a');
  message_signer_.reset(EVP_MD_CTX_new());
  message_verifier_.reset(EVP_MD_CTX_new());
  Check(
      EVP_DigestSignInit(message_signer_.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
          EVP_DigestVerifyInit(message_verifier_.get(), nullptr, nullptr, nullptr, key_.get()) == 1,
      "EVP_DigestSignInit");
}

size_t RawKey::Sign() {
  size_t size = sizeof(buffer_);
  const int signed_ok = signer_ != nullptr ? EVP_PKEY_sign(signer_.get(), buffer_, &size,
                                                           AsUnsigned(message_), message_.size())
                                           : EVP_DigestSign(message_signer_.get(), buffer_, &size,
                                                            AsUnsigned(message_), message_.size());
  Check(signed_ok == 1, "a raw signature");
  return size;
}

void RawKey::Verify() {
  const int verified =
      verifier_ != nullptr
          ? EVP_PKEY_verify(verifier_.get(), AsUnsigned(signature_), signature_.size(),
                            AsUnsigned(message_), message_.size())
          : EVP_DigestVerify(message_verifier_.get(), AsUnsigned(signature_), signature_.size(),
                             AsUnsigned(message_), message_.size());
  Check(verified == 1, "a raw verification");
}

}  // namespace fleetca::bench
