#include "signer/signing_context.h"

#include "base/errors.h"
#include "base/status_macros.h"

namespace fleetca::signer {
namespace {

absl::Status Failed(absl::string_view message) {
  return OpenSslError(Reason::kSigningFailed, message);
}

}  // namespace

absl::StatusOr<std::unique_ptr<SigningContext>> SigningContext::Create(EVP_PKEY* key,
                                                                       const EVP_MD* digest) {
  std::unique_ptr<SigningContext> context(new SigningContext(key, digest));
  FLEETCA_RETURN_IF_ERROR(context->Init());
  return context;
}

absl::Status SigningContext::Init() {
  digest_context_.reset(EVP_MD_CTX_new());
  if (digest_context_ == nullptr) {
    return Failed("No memory for a digest context");
  }
  if (digest_ == nullptr) {
    return absl::OkStatus();
  }
  key_context_.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, key_, nullptr));
  const bool rsa = EVP_PKEY_is_a(key_, "RSA") == 1;
  if (key_context_ == nullptr || EVP_PKEY_sign_init(key_context_.get()) != 1 ||
      (rsa && EVP_PKEY_CTX_set_rsa_padding(key_context_.get(), RSA_PKCS1_PADDING) != 1) ||
      EVP_PKEY_CTX_set_signature_md(key_context_.get(), digest_) != 1) {
    return Failed("The key cannot be used to sign");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> SigningContext::Sign(absl::string_view message) {
  size_t size = sizeof(buffer_);
  const int result = digest_ != nullptr ? SignDigest(message, size) : SignMessage(message, size);
  if (result != 1) {
    return Failed("The key failed to sign");
  }
  return std::string(reinterpret_cast<const char*>(buffer_), size);
}

// Digest and signature apart: EVP_PKEY_sign may be repeated after one EVP_PKEY_sign_init, whereas
// EVP_DigestSign must be set up for every message.
int SigningContext::SignDigest(absl::string_view message, size_t& size) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int digest_size = 0;
  if (EVP_DigestInit_ex2(digest_context_.get(), digest_, nullptr) != 1 ||
      EVP_DigestUpdate(digest_context_.get(), message.data(), message.size()) != 1 ||
      EVP_DigestFinal_ex(digest_context_.get(), digest, &digest_size) != 1) {
    return 0;
  }
  return EVP_PKEY_sign(key_context_.get(), buffer_, &size, digest, digest_size);
}

int SigningContext::SignMessage(absl::string_view message, size_t& size) {
  if (EVP_MD_CTX_reset(digest_context_.get()) != 1 ||
      EVP_DigestSignInit_ex(digest_context_.get(), nullptr, nullptr, nullptr, nullptr, key_,
                            nullptr) != 1) {
    return 0;
  }
  return EVP_DigestSign(digest_context_.get(), buffer_, &size, AsUnsigned(message), message.size());
}

}  // namespace fleetca::signer
