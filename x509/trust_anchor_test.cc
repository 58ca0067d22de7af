// Roots as stores of them hold them: what they lack is not held against them.
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/openssl.h"
#include "gtest/gtest.h"
#include "tests/testing/openssl_ca.h"
#include "tests/testing/status_matchers.h"
#include "x509/certificate.h"
#include "x509/chain.h"
#include "x509/der/oid.h"
#include "x509/testing/test_ca.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::MakeByOpenSsl;
using ::fleetca::testing::OpenSslRequest;

OpenSslRequest Root() {
  return {.common_name = "Root",
          .not_before = kTestNow - absl::Hours(1),
          .not_after = kTestNow + absl::Hours(24)};
}

// The root after `change`; its signature, which nobody looks at in an anchor, is not made anew.
template <typename Change>
std::string Changed(const Change& change) {
  X509Ptr root = OpenSslCertificate(MakeByOpenSsl(Root()).der);
  change(root.get());
  unsigned char* tbs = nullptr;
  OPENSSL_free((i2d_re_X509_tbs(root.get(), &tbs), tbs));
  unsigned char* der = nullptr;
  const int size = i2d_X509(root.get(), &der);
  std::string changed(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return changed;
}

std::string WithSerial(const char* decimal) {
  return Changed([decimal](X509* root) {
    BIGNUM* number = nullptr;
    BN_dec2bn(&number, decimal);
    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(root));
    BN_free(number);
  });
}

void ExpectAnchorAlone(const std::string& der) {
  EXPECT_FALSE(ParseCertificate(der).ok());
  const auto anchor = ParseTrustAnchor(der);
  FLEETCA_ASSERT_OK(anchor);
  EXPECT_TRUE(MayAnchor(*anchor));
  EXPECT_EQ(anchor->not_before, kTestNow - absl::Hours(1));
}

// Some programs have written extensions and forgotten the version.
TEST(TrustAnchor, OfVersion1WithExtensionsIsJudgedByThem) {
  const std::string der = Changed([](X509* root) { X509_set_version(root, X509_VERSION_1); });
  ExpectAnchorAlone(der);
  EXPECT_EQ(ParseTrustAnchor(der)->version, 3);
  EXPECT_TRUE(ParseTrustAnchor(der)->is_ca);
}

TEST(TrustAnchor, TakesAnySerialNumber) {
  for (const char* serial :
       {"0", "-5", "1234567890123456789012345678901234567890123456789012345678901234567890"}) {
    SCOPED_TRACE(serial);
    ExpectAnchorAlone(WithSerial(serial));
  }
}

TEST(TrustAnchor, TakesGeneralizedTimeInEveryYear) {
  ExpectAnchorAlone(Changed([](X509* root) {
    ASN1_TIME* const from = X509_getm_notBefore(root);
    ASN1_GENERALIZEDTIME_set(from, absl::ToTimeT(kTestNow - absl::Hours(1)));
  }));
}

TEST(TrustAnchor, TakesAPaddedKeyUsage) {
  // keyCertSign and cRLSign with one unused bit, and the same octet with none.
  const std::string padded = absl::StrReplaceAll(
      MakeByOpenSsl(Root()).der,
      {{std::string("\x03\x02\x01\x06", 4), std::string("\x03\x02\x00\x06", 4)}});
  ExpectAnchorAlone(padded);
  EXPECT_EQ(ParseTrustAnchor(padded)->key_usage, kKeyCertSign | kCrlSign);
}

TEST(TrustAnchor, PassesOverMalformedExtensionsThatAreNotCritical) {
  OpenSslRequest request = Root();
  request.extensions.push_back({"authorityInfoAccess", "DER:05:00"});
  ExpectAnchorAlone(MakeByOpenSsl(request).der);
  request.extensions.back().second = "critical,DER:05:00";
  EXPECT_FALSE(ParseTrustAnchor(MakeByOpenSsl(request).der).ok());
}

TEST(TrustAnchor, MayHaveAnySoundRsaExponent) {
  const auto spki = [](const char* exponent) {
    BIGNUM* n = BN_new();
    BN_set_bit(n, 2047);
    BN_set_bit(n, 0);
    BIGNUM* e = nullptr;
    BN_dec2bn(&e, exponent);
    RSA* rsa = RSA_new();
    RSA_set0_key(rsa, n, e, nullptr);
    unsigned char* der = nullptr;
    const int size = i2d_RSA_PUBKEY(rsa, &der);
    const std::string spki(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
    OPENSSL_free(der);
    RSA_free(rsa);
    return spki;
  };
  for (const char* exponent : {"3", "17", "4294967297"}) {
    const std::string der = spki(exponent);
    EXPECT_FALSE(ParsePublicKey(der, "key").ok());
    const auto key = ParsePublicKey(der, "key", RsaExponents::kAnySound);
    FLEETCA_ASSERT_OK(key);
    EXPECT_EQ(absl::StrCat(key->rsa_exponent), exponent);
  }
  for (const char* exponent : {"1", "2", "65536", "36893488147419103233"}) {
    EXPECT_FALSE(ParsePublicKey(spki(exponent), "key", RsaExponents::kAnySound).ok()) << exponent;
  }
}

}  // namespace
}  // namespace fleetca::x509
