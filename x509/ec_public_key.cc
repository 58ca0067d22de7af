#include "x509/ec_public_key.h"

#include <utility>

namespace fleetca::x509 {

EcPublicKey* EcPublicKey::ForThisThread(EcCurve curve) {
  if (curve == EcCurve::kP256) {
    static thread_local const std::unique_ptr<EcPublicKey> p256 = Create(curve);
    return p256.get();
  }
  static thread_local const std::unique_ptr<EcPublicKey> p384 = Create(curve);
  return p384.get();
}

EcPublicKey::EcPublicKey(EcKeyPtr key, EcdsaSigPtr signature, BnCtxPtr context)
    : key_(std::move(key)), signature_(std::move(signature)), context_(std::move(context)) {
  // Made by Create, which keeps no other pointer to them; OpenSSL only has const accessors.
  r_ = const_cast<BIGNUM*>(ECDSA_SIG_get0_r(signature_.get()));
  s_ = const_cast<BIGNUM*>(ECDSA_SIG_get0_s(signature_.get()));
}

std::unique_ptr<EcPublicKey> EcPublicKey::Create(EcCurve curve) {
  const ScopedOpenSslErrorQueue queue;
  EcKeyPtr key(
      EC_KEY_new_by_curve_name(curve == EcCurve::kP256 ? NID_X9_62_prime256v1 : NID_secp384r1));
  EcdsaSigPtr signature(ECDSA_SIG_new());
  BnCtxPtr context(BN_CTX_new());
  BignumPtr r(BN_new());
  BignumPtr s(BN_new());
  if (key == nullptr || signature == nullptr || context == nullptr || r == nullptr ||
      s == nullptr || ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) {
    return nullptr;
  }
  r.release();
  s.release();
  return std::unique_ptr<EcPublicKey>(
      new EcPublicKey(std::move(key), std::move(signature), std::move(context)));
}

Verdict EcPublicKey::Load(absl::string_view point) {
  // Reuses the EC_POINT inside, and checks the curve's equation.
  return VerdictWithReason(
      EC_KEY_oct2key(key_.get(), AsUnsigned(point), point.size(), context_.get()) == 1);
}

Verdict EcPublicKey::Verify(absl::string_view digest, absl::string_view r, absl::string_view s) {
  if (BN_bin2bn(AsUnsigned(r), static_cast<int>(r.size()), r_) == nullptr ||
      BN_bin2bn(AsUnsigned(s), static_cast<int>(s.size()), s_) == nullptr) {
    return Verdict::kFailed;
  }
  return VerdictOf(ECDSA_do_verify(AsUnsigned(digest), static_cast<int>(digest.size()),
                                   signature_.get(), key_.get()));
}

}  // namespace fleetca::x509
