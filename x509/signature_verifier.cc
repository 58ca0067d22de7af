#include "x509/signature_verifier.h"

#include <array>
#include <cstdint>

#include "base/errors.h"
#include "base/openssl.h"
#include "x509/der/der.h"
#include "x509/ec_public_key.h"

namespace fleetca::x509 {
namespace {

// kFailed: OpenSSL could not make its objects.
enum class Verdict { kValid, kInvalid, kFailed };

Verdict VerdictOf(bool valid) { return valid ? Verdict::kValid : Verdict::kInvalid; }

constexpr uint64_t kRsaExponent = 65537;

enum Hash { kSha256, kSha384, kSha512, kHashCount };

struct SchemeTraits {
  Hash hash;
  bool pss;
};

SchemeTraits TraitsOf(SignatureScheme scheme) {
  switch (scheme) {
    case SignatureScheme::kEcdsaSha256:
    case SignatureScheme::kRsaPkcs1Sha256:
      return {kSha256, false};
    case SignatureScheme::kEcdsaSha384:
    case SignatureScheme::kRsaPkcs1Sha384:
      return {kSha384, false};
    case SignatureScheme::kEcdsaSha512:
    case SignatureScheme::kRsaPkcs1Sha512:
    case SignatureScheme::kEd25519:
      return {kSha512, false};
    case SignatureScheme::kRsaPssSha256:
      return {kSha256, true};
    case SignatureScheme::kRsaPssSha384:
      return {kSha384, true};
    case SignatureScheme::kRsaPssSha512:
      return {kSha512, true};
  }
  return {kSha512, false};
}

// This thread's digest objects: fetched once, as a fetch takes longer than a hash.
class Digests {
 public:
  static Digests& ForThisThread() {
    static thread_local Digests digests;
    return digests;
  }

  const EVP_MD* md(Hash hash) const { return mds_[hash].get(); }
  EVP_MD_CTX* context() { return context_.get(); }

  // The digest of `message`, which aliases `buffer`; empty when OpenSSL failed.
  absl::string_view Compute(Hash hash, absl::string_view message,
                            std::array<char, EVP_MAX_MD_SIZE>* buffer) {
    unsigned int size = 0;
    if (context_ == nullptr || mds_[hash] == nullptr ||
        EVP_DigestInit_ex(context_.get(), mds_[hash].get(), nullptr) != 1 ||
        EVP_DigestUpdate(context_.get(), message.data(), message.size()) != 1 ||
        EVP_DigestFinal_ex(context_.get(), AsUnsigned(buffer->data()), &size) != 1) {
      return "";
    }
    return absl::string_view(buffer->data(), size);
  }

 private:
  Digests() : context_(EVP_MD_CTX_new()) {
    static constexpr const char* kNames[kHashCount] = {"SHA2-256", "SHA2-384", "SHA2-512"};
    for (int i = 0; i < kHashCount; ++i) {
      mds_[i].reset(EVP_MD_fetch(nullptr, kNames[i], nullptr));
    }
  }

  std::array<EvpMdPtr, kHashCount> mds_;
  EvpMdCtxPtr context_;
};

bool IsEc(PublicKeyAlgorithm algorithm) {
  return algorithm == PublicKeyAlgorithm::kP256 || algorithm == PublicKeyAlgorithm::kP384;
}

EcPublicKey* EcKeyFor(PublicKeyAlgorithm algorithm) {
  return EcPublicKey::ForThisThread(algorithm == PublicKeyAlgorithm::kP256 ? EcCurve::kP256
                                                                           : EcCurve::kP384);
}

// ECDSA-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }   (RFC 3279 section 2.2.3)
Verdict VerifyEcdsa(const PublicKey& key, absl::string_view digest, absl::string_view signature) {
  der::Reader outer(signature);
  der::Reader value;
  absl::string_view r;
  absl::string_view s;
  if (!outer.ReadNested(der::kSequence, &value) || !outer.empty() ||
      !value.ReadPositiveInteger(&r) || !value.ReadPositiveInteger(&s) || !value.empty()) {
    return Verdict::kInvalid;
  }
  // Anything longer is over the group's order; OpenSSL is not asked about megabyte integers.
  const auto order_size = static_cast<size_t>(key.bits) / 8;
  if (r.size() > order_size || s.size() > order_size) {
    return Verdict::kInvalid;
  }
  EcPublicKey* const ec_key = EcKeyFor(key.algorithm);
  return ec_key != nullptr ? VerdictOf(ec_key->Verify(digest, r, s)) : Verdict::kFailed;
}

// A new object each time: RSA caches what it derives from the modulus, so it cannot be reused.
RsaPtr MakeRsa(const PublicKey& key) {
  RsaPtr rsa(RSA_new());
  BignumPtr n(
      BN_bin2bn(AsUnsigned(key.rsa_modulus), static_cast<int>(key.rsa_modulus.size()), nullptr));
  BignumPtr e(BN_new());
  if (rsa == nullptr || n == nullptr || e == nullptr || BN_set_word(e.get(), kRsaExponent) != 1 ||
      RSA_set0_key(rsa.get(), n.get(), e.get(), nullptr) != 1) {
    return nullptr;
  }
  n.release();
  e.release();
  return rsa;
}

Verdict VerifyRsa(const PublicKey& key, SchemeTraits traits, int salt_octets,
                  absl::string_view digest, absl::string_view signature) {
  if (signature.size() != key.rsa_modulus.size()) {
    return Verdict::kInvalid;
  }
  const RsaPtr rsa = MakeRsa(key);
  if (rsa == nullptr) {
    return Verdict::kFailed;
  }
  const EVP_MD* const md = Digests::ForThisThread().md(traits.hash);
  const auto signature_size = static_cast<unsigned int>(signature.size());
  if (!traits.pss) {
    // Compares with the one right encoding, so a malformed DigestInfo cannot pass.
    return VerdictOf(RSA_verify(EVP_MD_get_type(md), AsUnsigned(digest),
                                static_cast<unsigned int>(digest.size()), AsUnsigned(signature),
                                signature_size, rsa.get()) == 1);
  }
  std::array<unsigned char, 1024> encoded;  // the largest modulus, 8192 bits
  if (signature.size() > encoded.size() ||
      RSA_public_decrypt(static_cast<int>(signature_size), AsUnsigned(signature), encoded.data(),
                         rsa.get(), RSA_NO_PADDING) != static_cast<int>(signature_size)) {
    return Verdict::kInvalid;
  }
  return VerdictOf(RSA_verify_PKCS1_PSS_mgf1(rsa.get(), AsUnsigned(digest), md, md, encoded.data(),
                                             salt_octets) == 1);
}

Verdict VerifyEd25519(const PublicKey& key, absl::string_view message,
                      absl::string_view signature) {
  EVP_MD_CTX* const context = Digests::ForThisThread().context();
  const EvpPkeyPtr pkey(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr,
                                                    AsUnsigned(key.key_bits), key.key_bits.size()));
  if (context == nullptr || pkey == nullptr || EVP_MD_CTX_reset(context) != 1 ||
      EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, pkey.get()) != 1) {
    return Verdict::kFailed;
  }
  const int verified = EVP_DigestVerify(context, AsUnsigned(signature), signature.size(),
                                        AsUnsigned(message), message.size());
  EVP_MD_CTX_reset(context);
  return VerdictOf(verified == 1);
}

Verdict Verify(const PublicKey& key, const SignatureAlgorithm& algorithm, absl::string_view message,
               absl::string_view signature) {
  if (key.algorithm == PublicKeyAlgorithm::kEd25519) {
    return VerifyEd25519(key, message, signature);
  }
  const SchemeTraits traits = TraitsOf(algorithm.scheme);
  std::array<char, EVP_MAX_MD_SIZE> buffer;
  const absl::string_view digest = Digests::ForThisThread().Compute(traits.hash, message, &buffer);
  if (digest.empty()) {
    return Verdict::kFailed;
  }
  return IsEc(key.algorithm) ? VerifyEcdsa(key, digest, signature)
                             : VerifyRsa(key, traits, algorithm.pss_salt_octets, digest, signature);
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
    if (ec_key != nullptr && !ec_key->Load(key.key_bits)) {
      return InvalidArgument(Reason::kKeyInvalid, field,
                             "the EC point is not on its curve; make a new key");
    }
  }
  const Verdict verdict = Verify(key, algorithm, message, signature);
  if (verdict == Verdict::kValid) {
    return absl::OkStatus();
  }
  if (verdict == Verdict::kInvalid) {
    ERR_clear_error();
    return InvalidArgument(Reason::kSignatureInvalid, field,
                           "the signature does not verify with the key; sign these very bytes with "
                           "the private key of the public key inside");
  }
  return OpenSslError(Reason::kInternal, "OpenSSL failed to verify a signature");
}

}  // namespace fleetca::x509
