#include "service/jwt/testing/jwt_maker.h"

#include <cstdlib>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/openssl.h"

namespace fleetca::testing {
namespace {

void CheckOpenSsl(bool ok) {
  if (!ok) {
    std::abort();
  }
}

// The number as big-endian octets, at least `width` of them.
std::string BignumOctets(const BIGNUM* number, size_t width = 0) {
  std::string octets(std::max<size_t>(width, BN_num_bytes(number)), '\0');
  CheckOpenSsl(BN_bn2binpad(number, AsUnsigned(octets.data()), octets.size()) >= 0);
  return octets;
}

std::string KeyNumber(const TestKey& key, const char* name, size_t width = 0) {
  BIGNUM* number = nullptr;
  CheckOpenSsl(EVP_PKEY_get_bn_param(key.get(), name, &number) == 1);
  const BignumPtr owner(number);
  return Base64Url(BignumOctets(number, width));
}

size_t CoordinateOctets(const TestKey& key) { return (EVP_PKEY_get_bits(key.get()) + 7) / 8; }

// r || s of an ECDSA-Sig-Value (RFC 7518 section 3.4).
std::string JoseSignature(absl::string_view der, size_t width) {
  const unsigned char* cursor = AsUnsigned(der);
  const EcdsaSigPtr signature(d2i_ECDSA_SIG(nullptr, &cursor, static_cast<long>(der.size())));
  CheckOpenSsl(signature != nullptr);
  return BignumOctets(ECDSA_SIG_get0_r(signature.get()), width) +
         BignumOctets(ECDSA_SIG_get0_s(signature.get()), width);
}

std::string SigningInput(absl::string_view header, absl::string_view payload) {
  return absl::StrCat(Base64Url(header), ".", Base64Url(payload));
}

}  // namespace

std::string Base64Url(absl::string_view octets) { return absl::WebSafeBase64Escape(octets); }

std::string MakeJwk(const TestKey& key, absl::string_view kid, absl::string_view more) {
  const std::string start = absl::StrCat("{", more, R"("kid":")", kid, R"(",)");
  if (EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_RSA) {
    return absl::StrCat(start, R"("kty":"RSA","n":")", KeyNumber(key, OSSL_PKEY_PARAM_RSA_N),
                        R"(","e":")", KeyNumber(key, OSSL_PKEY_PARAM_RSA_E), R"("})");
  }
  const size_t width = CoordinateOctets(key);
  return absl::StrCat(start, R"("kty":"EC","crv":"P-)", width * 8, R"(","x":")",
                      KeyNumber(key, OSSL_PKEY_PARAM_EC_PUB_X, width), R"(","y":")",
                      KeyNumber(key, OSSL_PKEY_PARAM_EC_PUB_Y, width), R"("})");
}

std::string MakeJwks(const std::vector<std::string>& jwks) {
  return absl::StrCat(R"({"keys":[)", absl::StrJoin(jwks, ","), "]}");
}

std::string MakeToken(absl::string_view header, absl::string_view payload, const TestKey& key,
                      SignatureScheme scheme) {
  std::string signature = key.Sign(scheme, SigningInput(header, payload));
  if (EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_EC) {
    signature = JoseSignature(signature, CoordinateOctets(key));
  }
  return AssembleToken(header, payload, signature);
}

std::string MakeHmacToken(absl::string_view header, absl::string_view payload,
                          absl::string_view secret) {
  const std::string input = SigningInput(header, payload);
  std::string mac(32, '\0');
  CheckOpenSsl(EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, secret.data(), secret.size(),
                         AsUnsigned(input), input.size(), AsUnsigned(mac.data()), mac.size(),
                         nullptr) != nullptr);
  return AssembleToken(header, payload, mac);
}

std::string AssembleToken(absl::string_view header, absl::string_view payload,
                          absl::string_view signature) {
  return absl::StrCat(SigningInput(header, payload), ".", Base64Url(signature));
}

}  // namespace fleetca::testing
