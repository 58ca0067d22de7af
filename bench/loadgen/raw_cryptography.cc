#include "bench/loadgen/raw_cryptography.h"

#include "base/errors.h"
#include "base/private_key.h"
#include "base/status_macros.h"

namespace fleetca::loadgen {
namespace {

// Between what is signed of a CSR and of a certificate.
constexpr size_t kMessageBytes = 400;
constexpr size_t kMaxSignatureBytes = 1024;

const EVP_MD* DigestOf(KeyType type) {
  switch (type) {
    case KeyType::kEd25519:
      return nullptr;
    case KeyType::kP384:
      return EVP_sha384();
    default:
      return EVP_sha256();
  }
}

absl::Status Failed() {
  return OpenSslError(absl::StatusCode::kInternal, Reason::kSigningFailed,
                      "OpenSSL alone cannot sign");
}

// A context's key stays; with the same key again OpenSSL only starts anew.
bool Sign(EVP_MD_CTX* context, const EVP_MD* digest, EVP_PKEY* key, const std::string& message,
          std::string* signature) {
  size_t size = kMaxSignatureBytes;
  signature->resize(size);
  if (EVP_DigestSignInit(context, nullptr, digest, nullptr, key) != 1 ||
      EVP_DigestSign(context, AsUnsigned(signature->data()), &size, AsUnsigned(message),
                     message.size()) != 1) {
    return false;
  }
  signature->resize(size);
  return true;
}

}  // namespace

absl::StatusOr<RawCryptography> RawCryptography::Create(KeyType verify, KeyType sign) {
  RawCryptography raw;
  FLEETCA_ASSIGN_OR_RETURN(raw.verify_key_, GeneratePrivateKey(verify));
  FLEETCA_ASSIGN_OR_RETURN(raw.sign_key_, GeneratePrivateKey(sign));
  raw.verify_digest_ = DigestOf(verify);
  raw.sign_digest_ = DigestOf(sign);
  raw.message_.assign(kMessageBytes, 'm');
  raw.verify_.reset(EVP_MD_CTX_new());
  raw.sign_.reset(EVP_MD_CTX_new());
  const EvpMdCtxPtr once(EVP_MD_CTX_new());
  if (raw.verify_ == nullptr || raw.sign_ == nullptr || once == nullptr ||
      !Sign(once.get(), raw.verify_digest_, raw.verify_key_.get(), raw.message_,
            &raw.message_signature_)) {
    return Failed();
  }
  if (!raw.VerifyAndSign()) {
    return Failed();
  }
  return raw;
}

bool RawCryptography::VerifyAndSign() {
  const ScopedOpenSslErrorQueue errors;
  return EVP_DigestVerifyInit(verify_.get(), nullptr, verify_digest_, nullptr, verify_key_.get()) ==
             1 &&
         EVP_DigestVerify(verify_.get(), AsUnsigned(message_signature_), message_signature_.size(),
                          AsUnsigned(message_), message_.size()) == 1 &&
         Sign(sign_.get(), sign_digest_, sign_key_.get(), message_, &signature_);
}

}  // namespace fleetca::loadgen
