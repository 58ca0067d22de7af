#include "x509/public_key.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_key.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::IsOk;
using ::fleetca::testing::TestKey;
using ::testing::HasSubstr;

constexpr absl::string_view kField = "csr.subject_public_key_info";

auto IsInvalid() { return IsInvalid(Reason::kKeyInvalid, kField); }
auto IsWeak() { return IsInvalid(Reason::kKeyWeak, kField); }
auto IsUnsupported() { return IsInvalid(Reason::kKeyUnsupported, kField); }

absl::StatusOr<PublicKey> Parse(absl::string_view spki) { return ParsePublicKey(spki, kField); }

std::string Element(uint8_t tag, absl::string_view contents) { return der::Encode(tag, contents); }
std::string Oid(absl::string_view contents) { return Element(der::kOid, contents); }
const std::string kNull("\x05\x00", 2);

// SubjectPublicKeyInfo of an algorithm's contents and the key's octets.
std::string Spki(absl::string_view algorithm, absl::string_view key_bits) {
  std::string contents = Element(der::kSequence, algorithm);
  der::Writer(&contents).BitString(key_bits);
  return Element(der::kSequence, contents);
}

std::string EcSpki(absl::string_view curve, absl::string_view point) {
  return Spki(Oid(oid::kEcPublicKey) + Oid(curve), point);
}

std::string RsaSpki(absl::string_view modulus, absl::string_view exponent) {
  std::string numbers;
  der::Writer writer(&numbers);
  writer.PositiveInteger(modulus);
  writer.PositiveInteger(exponent);
  return Spki(Oid(oid::kRsaEncryption) + kNull, Element(der::kSequence, numbers));
}

const std::string kExponent("\x01\x00\x01", 3);

// An odd number of this many bits.
std::string Odd(int bits) {
  std::string number(static_cast<size_t>((bits + 7) / 8), '\x5b');
  number[0] = static_cast<char>(1 << ((bits - 1) % 8));
  return number;
}

std::string PointOf(KeyType type) {
  return std::string(ParsePublicKey(TestKey::OfType(type).public_key(), kField)->key_bits);
}

TEST(PublicKeyTest, TakesEveryKindOfKeyThatOpenSslMakes) {
  const struct {
    KeyType type;
    PublicKeyAlgorithm algorithm;
    int bits;
    size_t key_size;
  } kKinds[] = {{KeyType::kP256, PublicKeyAlgorithm::kP256, 256, 65},
                {KeyType::kP384, PublicKeyAlgorithm::kP384, 384, 97},
                {KeyType::kRsa2048, PublicKeyAlgorithm::kRsa, 2048, 270},
                {KeyType::kRsa3072, PublicKeyAlgorithm::kRsa, 3072, 398},
                {KeyType::kEd25519, PublicKeyAlgorithm::kEd25519, 255, 32}};
  for (const auto& kind : kKinds) {
    const std::string& spki = TestKey::OfType(kind.type).public_key();
    const absl::StatusOr<PublicKey> key = Parse(spki);
    ASSERT_THAT(key, IsOk());
    EXPECT_EQ(key->algorithm, kind.algorithm);
    EXPECT_EQ(key->bits, kind.bits);
    EXPECT_EQ(key->spki, spki);
    EXPECT_EQ(key->key_bits.size(), kind.key_size);
    EXPECT_EQ(key->rsa_modulus.size(),
              kind.algorithm == PublicKeyAlgorithm::kRsa ? kind.bits / 8u : 0u);
    EXPECT_THAT(CheckPublicKey(*key, kField), IsOk());
  }
}

TEST(PublicKeyTest, RefusesOtherAlgorithmsAndCurves) {
  const auto expect = [](const std::string& spki, absl::string_view sentence) {
    const auto parsed = Parse(spki);
    EXPECT_THAT(parsed, IsUnsupported()) << sentence;
    EXPECT_THAT(std::string(parsed.status().message()), HasSubstr(sentence));
  };
  constexpr struct {
    const char* curve;
    absl::string_view called;
  } kCurves[] = {
      {"P-224", "P-224 (1.3.132.0.33)"},
      {"P-521", "P-521 (1.3.132.0.35)"},
      {"secp256k1", "secp256k1 (1.3.132.0.10)"},
      {"brainpoolP256r1", "brainpoolP256r1 (1.3.36.3.3.2.8.1.1.7)"},
      {"B-283", "B-283 (1.3.132.0.17)"},
      {"K-233", "K-233 (1.3.132.0.26)"},
      {"SM2", "SM2 (1.2.156.10197.1.301)"},
  };
  for (const auto& other : kCurves) {
    expect(TestKey::MakeOther("EC", other.curve).public_key(),
           absl::StrCat("the EC key is on the curve ", other.called, "; use P-256 or P-384"));
  }
  expect(Spki(Oid(oid::kEcPublicKey) + Oid(der::OidFromString("1.2.3")), "x"),
         "the EC key is on the curve 1.2.3; use");
  expect(TestKey::MakeOther("ED448").public_key(), "the key's algorithm is Ed448 (1.3.101.113)");
  expect(TestKey::MakeOther("X25519").public_key(), "the key's algorithm is X25519 (1.3.101.110)");
  constexpr struct {
    absl::string_view oid;
    absl::string_view called;
  } kTypes[] = {
      {"1.2.840.113549.1.1.10", "RSASSA-PSS (1.2.840.113549.1.1.10)"},
      {"1.2.840.10040.4.1", "DSA (1.2.840.10040.4.1)"},
      {"1.2.643.2.2.19", "GOST R 34.10-2001 (1.2.643.2.2.19)"},
      {"2.16.840.1.101.3.4.3.17", "ML-DSA-44 (2.16.840.1.101.3.4.3.17)"},
      {"1.2.3", "1.2.3"},
  };
  for (const auto& other : kTypes) {
    expect(Spki(Oid(der::OidFromString(other.oid)), "x"),
           absl::StrCat("the key's algorithm is ", other.called, "; use P-256"));
  }
}

// ECParameters with specifiedCurve: P-256 in all but name (CVE-2020-0601).
TEST(PublicKeyTest, RefusesExplicitParameters) {
  const EcGroupPtr group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  EC_GROUP_set_asn1_flag(group.get(), OPENSSL_EC_EXPLICIT_CURVE);
  unsigned char* der = nullptr;
  const int size = i2d_ECPKParameters(group.get(), &der);
  ASSERT_GT(size, 100);
  const std::string parameters(reinterpret_cast<char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  const std::string point = PointOf(KeyType::kP256);
  EXPECT_THAT(Parse(Spki(Oid(oid::kEcPublicKey) + parameters, point)), IsUnsupported());
  EXPECT_THAT(Parse(Spki(Oid(oid::kEcPublicKey) + kNull, point)), IsUnsupported());
  EXPECT_THAT(Parse(Spki(Oid(oid::kEcPublicKey), point)), IsUnsupported());
  EXPECT_THAT(Parse(Spki(Oid(oid::kEcPublicKey) + Oid(oid::kPrime256v1) + kNull, point)),
              IsUnsupported());
}

TEST(PublicKeyTest, RefusesOtherFormsOfPoint) {
  const std::string point = PointOf(KeyType::kP256);
  const std::string x = point.substr(1, 32);
  for (const char form : {'\x02', '\x03'}) {
    EXPECT_THAT(Parse(EcSpki(oid::kPrime256v1, std::string(1, form) + x)), IsUnsupported());
  }
  for (const char form : {'\x06', '\x07', '\x05', '\xff'}) {
    EXPECT_THAT(Parse(EcSpki(oid::kPrime256v1, std::string(1, form) + point.substr(1))),
                IsUnsupported());
  }
  EXPECT_THAT(Parse(EcSpki(oid::kPrime256v1, "")), IsInvalid());
  EXPECT_THAT(Parse(EcSpki(oid::kPrime256v1, std::string(1, '\0'))), IsInvalid());
  EXPECT_THAT(Parse(EcSpki(oid::kPrime256v1, std::string(65, '\0'))), IsInvalid());
  EXPECT_THAT(Parse(EcSpki(oid::kPrime256v1, point + "x")), IsInvalid());
  EXPECT_THAT(Parse(EcSpki(oid::kPrime256v1, point.substr(0, 64))), IsInvalid());
  EXPECT_THAT(Parse(EcSpki(oid::kSecp384r1, point)), IsInvalid());
}

TEST(PublicKeyTest, FindsPointsOffTheCurve) {
  for (const KeyType type : {KeyType::kP256, KeyType::kP384}) {
    const absl::string_view curve = type == KeyType::kP256 ? oid::kPrime256v1 : oid::kSecp384r1;
    std::string point = PointOf(type);
    const std::string good = EcSpki(curve, point);
    for (const size_t at : {size_t{1}, point.size() - 1}) {
      std::string bad_point = point;
      bad_point[at] = static_cast<char>(bad_point[at] ^ 1);
      const std::string bad = EcSpki(curve, bad_point);
      ASSERT_THAT(Parse(bad), IsOk());
      EXPECT_THAT(CheckPublicKey(*Parse(bad), kField), IsInvalid());
    }
    for (const char fill : {'\0', '\xff'}) {
      const std::string bad = EcSpki(curve, "\x04" + std::string(point.size() - 1, fill));
      EXPECT_THAT(CheckPublicKey(*Parse(bad), kField), IsInvalid());
    }
    // The reused key object is none the worse for it.
    EXPECT_THAT(CheckPublicKey(*Parse(good), kField), IsOk());
    EXPECT_EQ(ERR_peek_error(), 0u);
  }
}

TEST(PublicKeyTest, LimitsRsaSizes) {
  EXPECT_THAT(Parse(RsaSpki(Odd(2047), kExponent)), IsWeak());
  EXPECT_THAT(Parse(RsaSpki(Odd(2048), kExponent)), IsOk());
  EXPECT_EQ(Parse(RsaSpki(Odd(2048), kExponent))->bits, 2048);
  EXPECT_THAT(Parse(RsaSpki(Odd(8192), kExponent)), IsOk());
  EXPECT_THAT(Parse(RsaSpki(Odd(8193), kExponent)), IsWeak());
  EXPECT_THAT(Parse(RsaSpki("\x03", kExponent)), IsWeak());
  EXPECT_THAT(Parse(TestKey::MakeRsa(1024, RSA_F4).public_key()), IsWeak());
}

TEST(PublicKeyTest, WantsTheRsaExponent65537) {
  EXPECT_THAT(Parse(TestKey::MakeRsa(2048, 3).public_key()), IsWeak());
  for (const std::string& exponent :
       {std::string("\x01"), std::string("\x01\x00\x03", 3), std::string("\x01\x00\x02", 3),
        std::string(9, '\x01'), std::string("\x01\0\0\0\0\0\x01\x00\x01", 9),
        std::string(300, '\x55')}) {
    EXPECT_THAT(Parse(RsaSpki(Odd(2048), exponent)), IsWeak()) << absl::CHexEscape(exponent);
  }
}

TEST(PublicKeyTest, RefusesMalformedRsaKeys) {
  const auto spki = [](absl::string_view numbers, absl::string_view parameters) {
    return Spki(Oid(oid::kRsaEncryption) + std::string(parameters),
                Element(der::kSequence, numbers));
  };
  const std::string padded = std::string(1, '\0') + Odd(2048);
  const std::string modulus = Element(der::kInteger, padded);
  const std::string exponent = Element(der::kInteger, kExponent);
  ASSERT_THAT(Parse(spki(modulus + exponent, kNull)), IsOk());
  EXPECT_THAT(Parse(spki(modulus + exponent, "")), IsInvalid());
  EXPECT_THAT(Parse(spki(modulus + exponent, kNull + kNull)), IsInvalid());
  EXPECT_THAT(Parse(spki(modulus + exponent + exponent, kNull)), IsInvalid());
  EXPECT_THAT(Parse(spki(modulus, kNull)), IsInvalid());
  EXPECT_THAT(Parse(spki(Element(der::kInteger, std::string(256, '\xfe')) + exponent, kNull)),
              IsInvalid());  // negative
  EXPECT_THAT(Parse(spki(Element(der::kInteger, std::string(1, '\0') + padded) + exponent, kNull)),
              IsInvalid());  // not minimal
  EXPECT_THAT(Parse(spki(Element(der::kInteger, std::string(1, '\0')) + exponent, kNull)),
              IsInvalid());
}

TEST(PublicKeyTest, FindsWeakModuli) {
  std::string even = Odd(2048);
  even.back() = '\x02';
  const std::string spki = RsaSpki(even, kExponent);
  EXPECT_THAT(CheckPublicKey(*Parse(spki), kField), IsWeak());
  const std::string three = RsaSpki(std::string(256, '\xff'), kExponent);
  EXPECT_THAT(CheckPublicKey(*Parse(three), kField), IsWeak());
}

TEST(PublicKeyTest, RefusesOddEd25519Keys) {
  const std::string type = Oid(oid::kEd25519);
  EXPECT_THAT(Parse(Spki(type + kNull, std::string(32, 'k'))), IsInvalid());
  EXPECT_THAT(Parse(Spki(type, std::string(31, 'k'))), IsInvalid());
  EXPECT_THAT(Parse(Spki(type, std::string(33, 'k'))), IsInvalid());
  EXPECT_THAT(Parse(Spki(type, "")), IsInvalid());
}

TEST(PublicKeyTest, RefusesEd25519PointsOfSmallOrder) {
  const absl::string_view kSmall[] = {
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0000000000000000000000000000000000000000000000000000000000000080",
      "0100000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000080",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"};
  for (const absl::string_view hex : kSmall) {
    const std::string spki = Spki(Oid(oid::kEd25519), absl::HexStringToBytes(hex));
    EXPECT_THAT(CheckPublicKey(*Parse(spki), kField), IsWeak()) << hex;
  }
  for (const absl::string_view hex :
       {"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    const std::string spki = Spki(Oid(oid::kEd25519), absl::HexStringToBytes(hex));
    EXPECT_THAT(CheckPublicKey(*Parse(spki), kField), IsInvalid()) << hex;
  }
}

TEST(PublicKeyTest, RefusesWhatIsNotOneKey) {
  const std::string good = TestKey::OfType(KeyType::kP256).public_key();
  EXPECT_THAT(Parse(""), IsInvalid());
  EXPECT_THAT(Parse(good + "x"), IsInvalid());
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_THAT(Parse(good.substr(0, size)), IsInvalid());
  }
  // Unused bits, an octet inside after the BIT STRING.
  std::string unused = Element(der::kSequence, Oid(oid::kEd25519)) +
                       Element(der::kBitString, "\x01" + std::string(31, 'k') + "\x02");
  EXPECT_THAT(Parse(Element(der::kSequence, unused)), IsInvalid());
  std::string after = Element(der::kSequence, Oid(oid::kEd25519)) +
                      Element(der::kBitString, std::string(1, '\0') + std::string(32, 'k')) + kNull;
  EXPECT_THAT(Parse(Element(der::kSequence, after)), IsInvalid());
}

TEST(PublicKeyTest, SchemesFitTheirKeys) {
  EXPECT_TRUE(SchemeFitsKey(SignatureScheme::kEcdsaSha512, PublicKeyAlgorithm::kP256));
  EXPECT_TRUE(SchemeFitsKey(SignatureScheme::kEcdsaSha256, PublicKeyAlgorithm::kP384));
  EXPECT_FALSE(SchemeFitsKey(SignatureScheme::kEcdsaSha256, PublicKeyAlgorithm::kRsa));
  EXPECT_TRUE(SchemeFitsKey(SignatureScheme::kRsaPssSha384, PublicKeyAlgorithm::kRsa));
  EXPECT_FALSE(SchemeFitsKey(SignatureScheme::kRsaPkcs1Sha256, PublicKeyAlgorithm::kP256));
  EXPECT_TRUE(SchemeFitsKey(SignatureScheme::kEd25519, PublicKeyAlgorithm::kEd25519));
  EXPECT_FALSE(SchemeFitsKey(SignatureScheme::kEd25519, PublicKeyAlgorithm::kP256));
}

TEST(PublicKeyTest, ChecksFromManyThreads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([i] {
      const TestKey key = TestKey::Make(i % 2 == 0 ? KeyType::kP256 : KeyType::kP384);
      for (int round = 0; round < 100; ++round) {
        EXPECT_THAT(CheckPublicKey(*Parse(key.public_key()), kField), IsOk());
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

}  // namespace
}  // namespace fleetca::x509
