#include "x509/signature_verifier.h"

#include <array>
#include <cstdint>
#include <optional>

#include "base/errors.h"
#include "base/openssl.h"
#include "x509/digest.h"
#include "x509/ec_public_key.h"
#include "x509/ecdsa_signature.h"
#include "x509/verdict.h"

namespace fleetca::x509 {
namespace {

bool IsPss(SignatureScheme scheme) {
  return scheme == SignatureScheme::kRsaPssSha256 || scheme == SignatureScheme::kRsaPssSha384 ||
         scheme == SignatureScheme::kRsaPssSha512;
}

// For Ed25519, which has no digest of its own.
EVP_MD_CTX* ContextOfThisThread() {
  static thread_local const EvpMdCtxPtr context(EVP_MD_CTX_new());
  return context.get();
}

bool IsEc(PublicKeyAlgorithm algorithm) {
  return algorithm == PublicKeyAlgorithm::kP256 || algorithm == PublicKeyAlgorithm::kP384;
}

EcPublicKey* EcKeyFor(PublicKeyAlgorithm algorithm) {
  return EcPublicKey::ForThisThread(algorithm == PublicKeyAlgorithm::kP256 ? EcCurve::kP256
                                                                           : EcCurve::kP384);
}

Verdict VerifyEcdsa(const PublicKey& key, absl::string_view digest, absl::string_view signature) {
  const std::optional<EcdsaSignature> numbers = ReadEcdsaSignature(key, signature);
  if (!numbers.has_value()) {
    return Verdict::kInvalid;
  }
  EcPublicKey* const ec_key = EcKeyFor(key.algorithm);
  return ec_key != nullptr ? ec_key->Verify(digest, numbers->r, numbers->s) : Verdict::kFailed;
}

// A new object each time: RSA caches what it derives from the modulus, so it cannot be reused.
RsaPtr MakeRsa(const PublicKey& key) {
  RsaPtr rsa(RSA_new());
  BignumPtr n(
      BN_bin2bn(AsUnsigned(key.rsa_modulus), static_cast<int>(key.rsa_modulus.size()), nullptr));
  BignumPtr e(BN_new());
  if (rsa == nullptr || n == nullptr || e == nullptr ||
      BN_set_word(e.get(), key.rsa_exponent) != 1 ||
      RSA_set0_key(rsa.get(), n.get(), e.get(), nullptr) != 1) {
    return nullptr;
  }
  n.release();
  e.release();
  return rsa;
}

Verdict VerifyRsa(const PublicKey& key, const SignatureAlgorithm& algorithm,
                  absl::string_view digest, absl::string_view signature) {
  if (signature.size() != key.rsa_modulus.size()) {
    return Verdict::kInvalid;
  }
  const RsaPtr rsa = MakeRsa(key);
  if (rsa == nullptr) {
    return Verdict::kFailed;
  }
  const EVP_MD* const md = DigestAlgorithm(algorithm.scheme);
  const auto signature_size = static_cast<unsigned int>(signature.size());
  if (!IsPss(algorithm.scheme)) {
    // Compares with the one right encoding, so a malformed DigestInfo cannot pass.
    return VerdictOf(RSA_verify(EVP_MD_get_type(md), AsUnsigned(digest),
                                static_cast<unsigned int>(digest.size()), AsUnsigned(signature),
                                signature_size, rsa.get()));
  }
  std::array<unsigned char, 1024> encoded;  // the largest modulus, 8192 bits
  if (signature.size() > encoded.size()) {
    return Verdict::kInvalid;
  }
  const Verdict decrypted = VerdictWithReason(
      RSA_public_decrypt(static_cast<int>(signature_size), AsUnsigned(signature), encoded.data(),
                         rsa.get(), RSA_NO_PADDING) == static_cast<int>(signature_size));
  return decrypted != Verdict::kValid
             ? decrypted
             : VerdictWithReason(RSA_verify_PKCS1_PSS_mgf1(rsa.get(), AsUnsigned(digest), md, md,
                                                           encoded.data(),
                                                           algorithm.pss_salt_octets) == 1);
}

Verdict VerifyEd25519(const PublicKey& key, absl::string_view message,
                      absl::string_view signature) {
  EVP_MD_CTX* const context = ContextOfThisThread();
  const EvpPkeyPtr pkey(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr,
                                                    AsUnsigned(key.key_bits), key.key_bits.size()));
  if (context == nullptr || pkey == nullptr || EVP_MD_CTX_reset(context) != 1 ||
      EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, pkey.get()) != 1) {
    return Verdict::kFailed;
  }
  const int verified = EVP_DigestVerify(context, AsUnsigned(signature), signature.size(),
                                        AsUnsigned(message), message.size());
  EVP_MD_CTX_reset(context);
  return VerdictOf(verified);
}

Verdict Verify(const PublicKey& key, const SignatureAlgorithm& algorithm, absl::string_view message,
               absl::string_view signature) {
  if (key.algorithm == PublicKeyAlgorithm::kEd25519) {
    return VerifyEd25519(key, message, signature);
  }
  DigestBuffer buffer;
  const absl::string_view digest = DigestFor(algorithm.scheme, message, &buffer);
  if (digest.empty()) {
    return Verdict::kFailed;
  }
  return IsEc(key.algorithm) ? VerifyEcdsa(key, digest, signature)
                             : VerifyRsa(key, algorithm, digest, signature);
}

}  // namespace

absl::Status VerifySignature(const PublicKey& key, const SignatureAlgorithm& algorithm,
                             absl::string_view message, absl::string_view signature,
                             absl::string_view field) {
  if (!SchemeFitsKey(algorithm.scheme, key.algorithm)) {
    return InvalidArgument(Reason::kSignatureAlgorithm, field,
                           "the signature's algorithm is not one of the key's");
  }
  if (IsEc(key.algorithm)) {
    EcPublicKey* const ec_key = EcKeyFor(key.algorithm);
    const Verdict loaded = ec_key != nullptr ? ec_key->Load(key.key_bits) : Verdict::kFailed;
    if (loaded == Verdict::kInvalid) {
      return InvalidArgument(Reason::kKeyInvalid, field,
                             "the EC point is not on its curve; make a new key");
    }
    if (loaded == Verdict::kFailed) {
      return OpenSslError(Reason::kInternal, "OpenSSL failed to load an EC key");
    }
  }
  const Verdict verdict = Verify(key, algorithm, message, signature);
  if (verdict == Verdict::kValid) {
    return absl::OkStatus();
  }
  if (verdict == Verdict::kInvalid) {
    return InvalidArgument(Reason::kSignatureInvalid, field,
                           "the signature does not verify with the key; sign these very bytes with "
                           "the private key of the public key inside");
  }
  return OpenSslError(Reason::kInternal, "OpenSSL failed to verify a signature");
}

}  // namespace fleetca::x509
