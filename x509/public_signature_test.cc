#include "x509/public_signature.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "p256/lanes.h"
#include "x509/csr.h"
#include "x509/der/der.h"
#include "x509/public_key.h"

namespace fleetca::x509 {
namespace {

template <size_t kSize>
std::string Bytes(const uint8_t (&octets)[kSize]) {
  return std::string(std::begin(octets), std::end(octets));
}

// A CSR of which nothing is parsed. The numbers' first octets are below 0x80, so that DER adds
// none.
class PublicSignatureTest : public ::testing::Test {
 public:
  std::optional<p256::PublicSignature> Read() {
    signature_ = der::Encode(
        der::kSequence, absl::StrCat(der::Encode(der::kInteger, r), der::Encode(der::kInteger, s)));
    csr.public_key.key_bits = point;
    csr.signature = signature_;
    return PublicSignatureOf(csr);
  }

  PublicSignatureTest() {
    csr.public_key.algorithm = PublicKeyAlgorithm::kP256;
    csr.public_key.bits = 256;
    csr.signature_algorithm.scheme = SignatureScheme::kEcdsaSha256;
    csr.certification_request_info = "abc";
  }

  Csr csr;
  std::string r = std::string(32, 'r');
  std::string s = std::string(32, 's');
  std::string point = absl::StrCat("\x04", std::string(32, 'x'), std::string(32, 'y'));

 private:
  std::string signature_;
};

TEST_F(PublicSignatureTest, HasTheFiveNumbers) {
  const std::optional<p256::PublicSignature> read = Read();
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(Bytes(read->r), r);
  EXPECT_EQ(Bytes(read->s), s);
  EXPECT_EQ(Bytes(read->x), std::string(32, 'x'));
  EXPECT_EQ(Bytes(read->y), std::string(32, 'y'));
  // FIPS 180-2 appendix B.1.
  EXPECT_EQ(absl::BytesToHexString(Bytes(read->z)),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(PublicSignatureTest, OfALongerDigestTheLeftCounts) {
  csr.signature_algorithm.scheme = SignatureScheme::kEcdsaSha512;
  const std::optional<p256::PublicSignature> read = Read();
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(absl::BytesToHexString(Bytes(read->z)),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a");
}

TEST_F(PublicSignatureTest, ShorterNumbersHaveZerosOnTheLeft) {
  r = std::string(31, 'r');
  s = "s";
  const std::optional<p256::PublicSignature> read = Read();
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(Bytes(read->r), std::string(1, '\0') + r);
  EXPECT_EQ(Bytes(read->s), std::string(31, '\0') + s);
}

// Whatever the key says of its size: nothing is written outside the 32 octets.
TEST_F(PublicSignatureTest, LongerNumbersAreRefused) {
  csr.public_key.bits = 384;
  EXPECT_TRUE(Read().has_value());
  for (std::string* number : {&r, &s}) {
    for (const size_t size : {33, 48}) {
      const std::string before = *number;
      *number = std::string(size, 'n');
      EXPECT_FALSE(Read().has_value()) << size;
      *number = before;
    }
  }
}

TEST_F(PublicSignatureTest, AnotherSchemeOrKeyIsRefused) {
  csr.signature_algorithm.scheme = SignatureScheme::kRsaPkcs1Sha256;
  EXPECT_FALSE(Read().has_value());
  csr.signature_algorithm.scheme = SignatureScheme::kEcdsaSha256;
  csr.public_key.algorithm = PublicKeyAlgorithm::kP384;
  EXPECT_FALSE(Read().has_value());
}

TEST_F(PublicSignatureTest, OnlyUncompressedPointsAreTaken) {
  const std::string whole = point;
  for (const absl::string_view other :
       {absl::string_view(whole).substr(0, 64), absl::string_view(whole).substr(0, 33),
        absl::string_view()}) {
    point = std::string(other);
    EXPECT_FALSE(Read().has_value()) << other.size();
  }
  point = whole + "y";
  EXPECT_FALSE(Read().has_value());
  point = whole;
  point[0] = 6;  // the hybrid form
  EXPECT_FALSE(Read().has_value());
}

TEST_F(PublicSignatureTest, WhatIsNoSignatureIsRefused) {
  r = "";
  EXPECT_FALSE(Read().has_value());
  r = std::string(1, '\0');
  EXPECT_FALSE(Read().has_value());
}

}  // namespace
}  // namespace fleetca::x509
