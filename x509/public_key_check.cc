// CheckPublicKey: the judgements on a key that cost arithmetic.
#include <cstdint>
#include <cstring>

#include "base/errors.h"
#include "base/openssl.h"
#include "x509/ec_public_key.h"
#include "x509/public_key.h"
#include "x509/rsa_factors.h"
#include "x509/rsa_modulus.h"
#include "x509/verdict.h"

namespace fleetca::x509 {
namespace {

absl::Status CheckEcPoint(const PublicKey& key, EcCurve curve, absl::string_view field) {
  EcPublicKey* const ec_key = EcPublicKey::ForThisThread(curve);
  if (ec_key == nullptr) {
    return Internal(Reason::kInternal, "OpenSSL cannot make an EC key object");
  }
  switch (ec_key->Load(key.key_bits)) {
    case Verdict::kValid:
      return absl::OkStatus();
    case Verdict::kInvalid:
      return InvalidArgument(Reason::kKeyInvalid, field,
                             "the EC point is not on its curve; make a new key");
    case Verdict::kFailed:
      break;
  }
  return OpenSslError(Reason::kInternal, "OpenSSL failed to load an EC key");
}

// The y coordinates, little-endian, of the points of order 1, 2, 4 and 8 (RFC 8032 section 5.1): a
// signature "by" such a key can be made by anyone.
constexpr uint8_t kSmallOrder[][32] = {
    {1},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
     0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
     0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
     0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
     0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
};

// y of at least 2^255 - 19, which has a second, shorter encoding.
bool IsNonCanonicalEd25519(const uint8_t (&y)[32]) {
  for (int i = 1; i < 31; ++i) {
    if (y[i] != 0xff) {
      return false;
    }
  }
  return y[31] == 0x7f && y[0] >= 0xed;
}

absl::Status CheckEd25519Point(const PublicKey& key, absl::string_view field) {
  uint8_t y[32];
  if (key.key_bits.size() != sizeof(y)) {
    return InvalidArgument(Reason::kKeyInvalid, field, "the Ed25519 key is not 32 octets");
  }
  std::memcpy(y, key.key_bits.data(), sizeof(y));
  y[31] &= 0x7f;  // the sign of x
  if (IsNonCanonicalEd25519(y)) {
    return InvalidArgument(Reason::kKeyInvalid, field,
                           "the Ed25519 key is not in canonical form; make a new key");
  }
  for (const auto& small : kSmallOrder) {
    if (std::memcmp(y, small, sizeof(y)) == 0) {
      return InvalidArgument(Reason::kKeyWeak, field,
                             "the Ed25519 key is a point of small order, for which anyone can "
                             "sign; make a new key");
    }
  }
  return absl::OkStatus();
}

absl::Status RsaStatus(RsaModulusFlaw flaw, absl::string_view field) {
  switch (flaw) {
    case RsaModulusFlaw::kNone:
      return absl::OkStatus();
    case RsaModulusFlaw::kSmallFactor:
      return InvalidArgument(Reason::kKeyWeak, field,
                             "the RSA modulus has a small factor; make a new key");
    case RsaModulusFlaw::kPrime:
      return InvalidArgument(Reason::kKeyWeak, field,
                             "the RSA modulus is a prime number, so that everyone can compute the "
                             "private key; make a new key with other software");
    case RsaModulusFlaw::kRoca:
      return InvalidArgument(Reason::kKeyWeak, field,
                             "the RSA modulus was made by a library with the ROCA flaw "
                             "(CVE-2017-15361); update the device and make a new key");
    case RsaModulusFlaw::kCloseFactors:
      return InvalidArgument(Reason::kKeyWeak, field,
                             "the RSA modulus is the product of two close primes "
                             "(CVE-2022-26320); make a new key with other software");
    case RsaModulusFlaw::kNotChecked:
      break;
  }
  return OpenSslError(Reason::kInternal, "OpenSSL could not compute with an RSA modulus");
}

}  // namespace

absl::Status CheckPublicKey(const PublicKey& key, absl::string_view field) {
  switch (key.algorithm) {
    case PublicKeyAlgorithm::kP256:
      return CheckEcPoint(key, EcCurve::kP256, field);
    case PublicKeyAlgorithm::kP384:
      return CheckEcPoint(key, EcCurve::kP384, field);
    case PublicKeyAlgorithm::kRsa:
      return RsaStatus(FindRsaModulusFlaw(key.rsa_modulus), field);
    case PublicKeyAlgorithm::kEd25519:
      return CheckEd25519Point(key, field);
  }
  return Internal(Reason::kInternal, "a public key of an unknown algorithm");
}

absl::Status CheckRsaFactors(const PublicKey& key, absl::string_view field) {
  return key.algorithm == PublicKeyAlgorithm::kRsa
             ? RsaStatus(FindRsaFactorFlaw(key.rsa_modulus), field)
             : absl::OkStatus();
}

}  // namespace fleetca::x509
