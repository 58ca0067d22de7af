#include "x509/public_key.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "base/big_endian.h"
#include "base/errors.h"
#include "x509/algorithm_name.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"

namespace fleetca::x509 {
namespace {

constexpr int kMinRsaBits = 2048;
constexpr int kMaxRsaBits = 8192;
constexpr uint64_t kRsaExponent = 65537;
constexpr size_t kEd25519KeySize = 32;

// The first octet of an EC point (SEC 1 section 2.3.3).
constexpr char kPointInfinity = 0x00;
constexpr char kPointUncompressed = 0x04;

absl::Status Unsupported(absl::string_view field, absl::string_view message) {
  return InvalidArgument(Reason::kKeyUnsupported, field, message);
}

absl::Status Invalid(absl::string_view field, absl::string_view message) {
  return InvalidArgument(Reason::kKeyInvalid, field, message);
}

absl::Status Weak(absl::string_view field, absl::string_view message) {
  return InvalidArgument(Reason::kKeyWeak, field, message);
}

// ECParameters ::= CHOICE { namedCurve OBJECT IDENTIFIER }   (RFC 5480 section 2.1.1)
absl::Status ParseEcKey(der::Reader parameters, absl::string_view field, PublicKey* key) {
  absl::string_view curve;
  if (!parameters.ReadOid(&curve) || !parameters.empty()) {
    return Unsupported(field, "the EC key has no named curve; use P-256 or P-384 by name");
  }
  if (curve == oid::kPrime256v1) {
    key->algorithm = PublicKeyAlgorithm::kP256;
    key->bits = 256;
  } else if (curve == oid::kSecp384r1) {
    key->algorithm = PublicKeyAlgorithm::kP384;
    key->bits = 384;
  } else {
    return Unsupported(field, absl::StrCat("the EC key is on the curve ", AlgorithmName(curve),
                                           "; use P-256 or P-384"));
  }
  const absl::string_view point = key->key_bits;
  if (point.empty() || point[0] == kPointInfinity) {
    return Invalid(field, "the EC point is empty or infinity; make a new key");
  }
  if (point[0] != kPointUncompressed) {
    return Unsupported(field, "the EC point is not in uncompressed form; encode it as 04 x y");
  }
  if (point.size() != 1 + 2 * static_cast<size_t>(key->bits) / 8) {
    return Invalid(field, absl::StrCat("the EC point has ", point.size(), " octets, which is not ",
                                       "the size of ", PublicKeyAlgorithmName(key->algorithm)));
  }
  return absl::OkStatus();
}

int BitLength(absl::string_view magnitude) {
  int bits = static_cast<int>(magnitude.size()) * 8;
  for (int mask = 0x80; mask != 0 && (magnitude[0] & mask) == 0; mask >>= 1) {
    --bits;
  }
  return bits;
}

// RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }   (RFC 3279 section 2.3.1)
absl::Status ParseRsaKey(der::Reader parameters, absl::string_view field, RsaExponents exponents,
                         PublicKey* key) {
  der::Reader outer(key->key_bits);
  der::Reader numbers;
  absl::string_view exponent;
  if (!parameters.ReadNull() || !parameters.empty() ||
      !outer.ReadNested(der::kSequence, &numbers) || !outer.empty() ||
      !numbers.ReadPositiveInteger(&key->rsa_modulus) || !numbers.ReadPositiveInteger(&exponent) ||
      !numbers.empty()) {
    return Invalid(field, "the RSA key is not a DER RSAPublicKey with NULL parameters");
  }
  key->algorithm = PublicKeyAlgorithm::kRsa;
  key->bits = BitLength(key->rsa_modulus);
  if (key->bits < kMinRsaBits || key->bits > kMaxRsaBits) {
    return Weak(field, absl::StrCat("the RSA modulus has ", key->bits, " bits; use ", kMinRsaBits,
                                    " to ", kMaxRsaBits));
  }
  if (exponent.size() > sizeof(uint64_t)) {
    return Weak(field, "the RSA exponent has more than 64 bits; make a new key with 65537");
  }
  key->rsa_exponent = ReadBigEndian(exponent);
  const bool sound = key->rsa_exponent >= 3 && key->rsa_exponent % 2 == 1;
  if (key->rsa_exponent != kRsaExponent && (exponents == RsaExponents::kOnly65537 || !sound)) {
    return Weak(field, "the RSA exponent is not 65537; make a new key with that exponent");
  }
  return absl::OkStatus();
}

// Parameters are absent (RFC 8410 section 3).
absl::Status ParseEd25519Key(der::Reader parameters, absl::string_view field, PublicKey* key) {
  if (!parameters.empty() || key->key_bits.size() != kEd25519KeySize) {
    return Invalid(field, "the Ed25519 key is not 32 octets without parameters");
  }
  key->algorithm = PublicKeyAlgorithm::kEd25519;
  key->bits = 255;
  return absl::OkStatus();
}

}  // namespace

absl::string_view PublicKeyAlgorithmName(PublicKeyAlgorithm algorithm) {
  switch (algorithm) {
    case PublicKeyAlgorithm::kP256:
      return "P-256";
    case PublicKeyAlgorithm::kP384:
      return "P-384";
    case PublicKeyAlgorithm::kRsa:
      return "RSA";
    case PublicKeyAlgorithm::kEd25519:
      return "Ed25519";
  }
  return "unknown";
}

bool SchemeFitsKey(SignatureScheme scheme, PublicKeyAlgorithm algorithm) {
  switch (scheme) {
    case SignatureScheme::kEcdsaSha256:
    case SignatureScheme::kEcdsaSha384:
    case SignatureScheme::kEcdsaSha512:
      return algorithm == PublicKeyAlgorithm::kP256 || algorithm == PublicKeyAlgorithm::kP384;
    case SignatureScheme::kRsaPkcs1Sha256:
    case SignatureScheme::kRsaPkcs1Sha384:
    case SignatureScheme::kRsaPkcs1Sha512:
    case SignatureScheme::kRsaPssSha256:
    case SignatureScheme::kRsaPssSha384:
    case SignatureScheme::kRsaPssSha512:
      return algorithm == PublicKeyAlgorithm::kRsa;
    case SignatureScheme::kEd25519:
      return algorithm == PublicKeyAlgorithm::kEd25519;
  }
  return false;
}

absl::StatusOr<PublicKey> ParsePublicKey(absl::string_view spki, absl::string_view field,
                                         RsaExponents exponents) {
  PublicKey key;
  key.spki = spki;
  der::Reader outer(spki);
  der::Reader info;
  der::Reader algorithm;
  absl::string_view type;
  if (!outer.ReadNested(der::kSequence, &info) || !outer.empty() ||
      !info.ReadNested(der::kSequence, &algorithm) || !algorithm.ReadOid(&type) ||
      !info.ReadBitStringOctets(&key.key_bits) || !info.empty()) {
    return Invalid(field, "the key is not one DER SubjectPublicKeyInfo");
  }
  // `algorithm` now stands at the parameters.
  absl::Status status;
  if (type == oid::kEcPublicKey) {
    status = ParseEcKey(algorithm, field, &key);
  } else if (type == oid::kRsaEncryption) {
    status = ParseRsaKey(algorithm, field, exponents, &key);
  } else if (type == oid::kEd25519) {
    status = ParseEd25519Key(algorithm, field, &key);
  } else {
    status = Unsupported(field, absl::StrCat("the key's algorithm is ", AlgorithmName(type),
                                             "; use P-256, P-384, RSA or Ed25519"));
  }
  if (!status.ok()) {
    return status;
  }
  return key;
}

}  // namespace fleetca::x509
