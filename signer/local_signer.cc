#include "signer/local_signer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/private_key.h"
#include "base/status_macros.h"
#include "signer/context_pool.h"
#include "signer/signing_context.h"

namespace fleetca::signer {
namespace {

constexpr absl::string_view kSelfTestMessage = "fleetca self-test: never a certificate";
constexpr int kMinRsaBits = 2048;
constexpr int kMaxRsaBits = 4096;

// The SubjectPublicKeyInfo of a named curve with an uncompressed point has one length. Keys with
// explicit curve parameters or compressed points have another, and verifiers refuse them.
constexpr size_t kP256PublicKeyBytes = 91;
constexpr size_t kP384PublicKeyBytes = 120;

struct Algorithm {
  SignatureScheme scheme;
  const char* digest;  // Null: the algorithm hashes by itself.
};

absl::Status Unsupported(absl::string_view what) {
  return FailedPrecondition(
      Reason::kKeyUnsupported,
      absl::StrCat("A CA cannot sign with ", what,
                   "; use a key of P-256, P-384, RSA with 2048 to 4096 bits, or Ed25519"));
}

absl::StatusOr<Algorithm> ChooseEcdsa(const EVP_PKEY* key, absl::string_view public_key) {
  char curve[64];
  if (EVP_PKEY_get_group_name(key, curve, sizeof(curve), nullptr) != 1) {
    return Unsupported("an EC key whose curve has no name");
  }
  if (absl::string_view(curve) != SN_X9_62_prime256v1 && absl::string_view(curve) != SN_secp384r1) {
    return Unsupported(absl::StrCat("an EC key on the curve ", curve));
  }
  const bool p256 = absl::string_view(curve) == SN_X9_62_prime256v1;
  if (public_key.size() != (p256 ? kP256PublicKeyBytes : kP384PublicKeyBytes)) {
    return Unsupported("an EC key that is written with curve parameters or a compressed point");
  }
  return p256 ? Algorithm{SignatureScheme::kEcdsaSha256, "SHA2-256"}
              : Algorithm{SignatureScheme::kEcdsaSha384, "SHA2-384"};
}

absl::StatusOr<Algorithm> ChooseAlgorithm(const EVP_PKEY* key, absl::string_view public_key) {
  if (EVP_PKEY_is_a(key, "EC") == 1) {
    return ChooseEcdsa(key, public_key);
  }
  if (EVP_PKEY_is_a(key, "ED25519") == 1) {
    return Algorithm{SignatureScheme::kEd25519, nullptr};
  }
  if (EVP_PKEY_is_a(key, "RSA") == 1) {
    const int bits = EVP_PKEY_get_bits(key);
    if (bits < kMinRsaBits || bits > kMaxRsaBits) {
      return Unsupported(absl::StrCat("an RSA key of ", bits, " bits"));
    }
    return Algorithm{SignatureScheme::kRsaPkcs1Sha256, "SHA2-256"};
  }
  const char* const name = EVP_PKEY_get0_type_name(key);
  return Unsupported(absl::StrCat("a key of type ", name == nullptr ? "unknown" : name));
}

// Verifies with a context of its own, by another path than the one that signs.
absl::Status SelfTest(EVP_PKEY* key, const EVP_MD* digest, SigningContext& context) {
  const ScopedOpenSslErrorQueue queue;
  const absl::StatusOr<std::string> signature = context.Sign(kSelfTestMessage);
  if (!signature.ok()) {
    return FailedPrecondition(Reason::kKeyInvalid,
                              absl::StrCat("The key made no signature when it was tried: ",
                                           signature.status().message()));
  }
  const EvpMdCtxPtr verifier(EVP_MD_CTX_new());
  const char* const name = digest == nullptr ? nullptr : EVP_MD_get0_name(digest);
  if (verifier == nullptr ||
      EVP_DigestVerifyInit_ex(verifier.get(), nullptr, name, nullptr, nullptr, key, nullptr) != 1 ||
      EVP_DigestVerify(verifier.get(), AsUnsigned(*signature), signature->size(),
                       AsUnsigned(kSelfTestMessage), kSelfTestMessage.size()) != 1) {
    return FailedPrecondition(
        Reason::kKeyInvalid,
        "The private key does not belong to its public key: a signature it made when it was tried "
        "does not verify");
  }
  return absl::OkStatus();
}

class LocalSigner : public Signer {
 public:
  LocalSigner(EvpPkeyPtr key, EvpMdPtr digest, SignatureScheme scheme, std::string public_key)
      : key_(std::move(key)),
        digest_(std::move(digest)),
        scheme_(scheme),
        public_key_(std::move(public_key)),
        contexts_(key_.get(), digest_.get()) {}

  absl::Status Test() const override {
    FLEETCA_ASSIGN_OR_RETURN(std::unique_ptr<SigningContext> context, contexts_.Take());
    FLEETCA_RETURN_IF_ERROR(SelfTest(key_.get(), digest_.get(), *context));
    contexts_.GiveBack(std::move(context));
    return absl::OkStatus();
  }

  SignatureScheme scheme() const override { return scheme_; }
  absl::string_view public_key() const override { return public_key_; }

  void SignBatch(absl::Span<Prepared> messages,
                 absl::Span<absl::StatusOr<SignedMessage>> results) const override {
    if (messages.size() != results.size()) {
      std::fill(results.begin(), results.end(),
                Internal(Reason::kInternal, "SignBatch was called with spans of unequal size"));
      return;
    }
    std::unique_ptr<SigningContext> context;
    for (size_t i = 0; i < messages.size(); ++i) {
      results[i] = SignOne(messages[i], context);
    }
    if (context != nullptr) {
      contexts_.GiveBack(std::move(context));
    }
  }

 private:
  // `context` is taken when it is needed, and dropped when it failed.
  absl::StatusOr<SignedMessage> SignOne(Prepared& token,
                                        std::unique_ptr<SigningContext>& context) const {
    if (token.spent()) {
      return Internal(Reason::kSigningFailed,
                      "This message was signed or moved away before; a token signs once");
    }
    SignedMessage message = {token.Spend(), std::string()};
    if (context == nullptr) {
      FLEETCA_ASSIGN_OR_RETURN(context, contexts_.Take());
    }
    absl::StatusOr<std::string> signature = context->Sign(message.message);
    if (!signature.ok()) {
      context.reset();
      return std::move(signature).status();
    }
    message.signature = *std::move(signature);
    return message;
  }

  const EvpPkeyPtr key_;
  const EvpMdPtr digest_;  // Null for Ed25519.
  const SignatureScheme scheme_;
  const std::string public_key_;
  mutable ContextPool contexts_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Signer>> CreateLocalSigner(EvpPkeyPtr key) {
  if (key == nullptr) {
    return Unsupported("no key at all");
  }
  FLEETCA_ASSIGN_OR_RETURN(std::string public_key, EncodePublicKey(key.get()));
  FLEETCA_ASSIGN_OR_RETURN(const Algorithm algorithm, ChooseAlgorithm(key.get(), public_key));
  EvpMdPtr digest;
  if (algorithm.digest != nullptr) {
    digest.reset(EVP_MD_fetch(nullptr, algorithm.digest, nullptr));
    if (digest == nullptr) {
      return OpenSslError(Reason::kInternal, absl::StrCat("OpenSSL has no ", algorithm.digest));
    }
  }
  auto signer = std::make_unique<LocalSigner>(std::move(key), std::move(digest), algorithm.scheme,
                                              std::move(public_key));
  FLEETCA_RETURN_IF_ERROR(signer->Test());
  return std::unique_ptr<Signer>(std::move(signer));
}

}  // namespace fleetca::signer
