#include "base/csr_signature.h"

#include "base/errors.h"

namespace fleetca {
namespace {

const EVP_MD* DigestOf(SignatureScheme scheme) {
  switch (scheme) {
    case SignatureScheme::kEcdsaSha384:
      return EVP_sha384();
    case SignatureScheme::kEd25519:
      return nullptr;  // hashes by itself
    default:
      return EVP_sha256();
  }
}

}  // namespace

absl::StatusOr<SignatureScheme> CsrSignatureScheme(const EVP_PKEY* key) {
  const int type = EVP_PKEY_get_base_id(key);
  const int bits = EVP_PKEY_get_bits(key);
  if (type == EVP_PKEY_EC && bits == 256) {
    return SignatureScheme::kEcdsaSha256;
  }
  if (type == EVP_PKEY_EC && bits == 384) {
    return SignatureScheme::kEcdsaSha384;
  }
  if (type == EVP_PKEY_RSA) {
    return SignatureScheme::kRsaPkcs1Sha256;
  }
  if (type == EVP_PKEY_ED25519) {
    return SignatureScheme::kEd25519;
  }
  return InvalidArgument(Reason::kKeyUnsupported, "key",
                         "the key must be P-256, P-384, RSA or Ed25519");
}

absl::StatusOr<std::string> SignCsr(EVP_PKEY* key, SignatureScheme scheme, absl::string_view info) {
  const EvpMdCtxPtr context(EVP_MD_CTX_new());
  size_t size = 0;
  if (context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, DigestOf(scheme), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, AsUnsigned(info), info.size()) != 1) {
    return OpenSslError(Reason::kSigningFailed, "cannot sign the CSR");
  }
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), AsUnsigned(signature.data()), &size, AsUnsigned(info),
                     info.size()) != 1) {
    return OpenSslError(Reason::kSigningFailed, "cannot sign the CSR");
  }
  signature.resize(size);
  return signature;
}

}  // namespace fleetca
