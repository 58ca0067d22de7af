#include "service/jwt/verification_key.h"

#include <cjose/header.h>
#include <cjose/jwk.h>
#include <cjose/jws.h>

#include <optional>
#include <string>
#include <utility>

#include "base/errors.h"
#include "base/openssl.h"
#include "service/jwt/base64url.h"

namespace fleetca::service {
namespace {

struct ReleaseJws {
  void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
};
using JwsPtr = std::unique_ptr<cjose_jws_t, ReleaseJws>;

// cjose copies what it is given, though its parameters are not const.
uint8_t* Octets(absl::string_view bytes) { return const_cast<uint8_t*>(AsUnsigned(bytes)); }

absl::Status Invalid(absl::string_view message) {
  return InvalidArgument(Reason::kKeyInvalid, "", message);
}

bool IsOddPositive(absl::string_view number) {
  return !number.empty() && number.front() != 0 && (number.back() & 1) != 0;
}

}  // namespace

void VerificationKey::Release::operator()(_cjose_jwk_int* key) const { cjose_jwk_release(key); }

VerificationKey::VerificationKey(JwkKind kind, size_t signature_octets, Handle key)
    : kind_(kind), signature_octets_(signature_octets), key_(std::move(key)) {}

absl::StatusOr<std::unique_ptr<const VerificationKey>> VerificationKey::CreateRsa(
    absl::string_view modulus, absl::string_view exponent) {
  if (!IsOddPositive(modulus) || !IsOddPositive(exponent) || exponent == "\x01") {
    return Invalid(
        "its RSA modulus or exponent is not an odd number above 1 without leading zeros");
  }
  const ScopedOpenSslErrorQueue errors;
  cjose_jwk_rsa_keyspec spec = {};
  spec.n = Octets(modulus);
  spec.nlen = modulus.size();
  spec.e = Octets(exponent);
  spec.elen = exponent.size();
  Handle key(cjose_jwk_create_RSA_spec(&spec, nullptr));
  if (key == nullptr) {
    return Invalid("its RSA modulus and exponent make no key");
  }
  return std::unique_ptr<const VerificationKey>(
      new VerificationKey(JwkKind::kRsa, modulus.size(), std::move(key)));
}

absl::StatusOr<std::unique_ptr<const VerificationKey>> VerificationKey::CreateEc(
    JwkKind curve, absl::string_view x, absl::string_view y) {
  const size_t octets = curve == JwkKind::kP256 ? 32 : 48;
  if (curve == JwkKind::kRsa || x.size() != octets || y.size() != octets) {
    return Invalid("its coordinates are not of the curve's length");
  }
  const ScopedOpenSslErrorQueue errors;
  cjose_jwk_ec_keyspec spec = {};
  spec.crv = curve == JwkKind::kP256 ? CJOSE_JWK_EC_P_256 : CJOSE_JWK_EC_P_384;
  spec.x = Octets(x);
  spec.xlen = x.size();
  spec.y = Octets(y);
  spec.ylen = y.size();
  Handle key(cjose_jwk_create_EC_spec(&spec, nullptr));
  if (key == nullptr) {
    return Invalid("its point is not on the curve");
  }
  return std::unique_ptr<const VerificationKey>(
      new VerificationKey(curve, 2 * octets, std::move(key)));
}

bool VerificationKey::Verifies(absl::string_view token, SigningAlgorithm algorithm) const {
  // cjose takes the algorithm from the header and does not hold it against the curve; and it cuts
  // an ECDSA signature in half whatever its length. So both are settled before it is asked.
  const std::optional<std::string> signature =
      DecodeBase64Url(token.substr(token.rfind('.') + 1));  // without a dot, the whole
  if (KeyKindOf(algorithm) != kind_ || !signature || signature->size() != signature_octets_) {
    return false;
  }
  const ScopedOpenSslErrorQueue errors;
  const JwsPtr jws(cjose_jws_import(token.data(), token.size(), nullptr));
  if (jws == nullptr) {
    return false;
  }
  // Its reader of JSON is not ours: they must have found the same algorithm.
  const char* name = cjose_header_get(cjose_jws_get_protected(jws.get()), CJOSE_HDR_ALG, nullptr);
  return name != nullptr && SigningAlgorithmName(algorithm) == name &&
         cjose_jws_verify(jws.get(), key_.get(), nullptr);
}

}  // namespace fleetca::service
