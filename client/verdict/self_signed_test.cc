#include "client/verdict/self_signed.h"

#include <string>

#include "client/verdict/lint/certificate_lint.h"
#include "client/verdict/verdict.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/test_key.h"
#include "x509/certificate.h"
#include "x509/testing/test_ca.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::TestKey;

const std::vector<x509::RequestedName>& Names() {
  static const auto* const kNames = new std::vector<x509::RequestedName>{
      {x509::NameType::kDns, "localhost"},
      {x509::NameType::kIp, std::string("\x7f\x00\x00\x01", 4)}};
  return *kNames;
}

TEST(SelfSignedTest, OfEachKeyBreaksNoRuleAndIsBelievedWhereItIsListed) {
  for (const KeyType type :
       {KeyType::kP256, KeyType::kP384, KeyType::kRsa2048, KeyType::kEd25519}) {
    const auto der = MakeSelfSigned(TestKey::OfType(type).get(), Names(), 30, x509::kTestNow);
    ASSERT_TRUE(der.ok()) << der.status();
    const auto certificate = x509::ParseCertificate(*der);
    ASSERT_TRUE(certificate.ok()) << certificate.status();
    EXPECT_TRUE(x509::VerifySignedBy(*certificate, *certificate).ok());
    EXPECT_FALSE(certificate->is_ca);
    EXPECT_EQ(certificate->not_after, x509::kTestNow + absl::Hours(24 * 30) - absl::Seconds(1));
    for (const lint::Finding& finding : lint::LintCertificate(*der)) {
      ADD_FAILURE() << finding.rule->name << ": " << finding.sentence;
    }
    CertificateIndex roots;
    ASSERT_TRUE(roots.Add(*der, "local.crt").ok());
    const Verdict verdict = JudgeCertificate(
        *der,
        {.roots = &roots, .at = x509::kTestNow, .purpose = Purpose::kServer, .host = "127.0.0.1"});
    EXPECT_TRUE(verdict.accepted()) << verdict.first_failed()->sentence;
    EXPECT_NE(x509::OpenSslCertificate(*der), nullptr);
  }
}

TEST(SelfSignedTest, WhatIsRefused) {
  EVP_PKEY* const key = TestKey::OfType(KeyType::kP256).get();
  for (const int days : {0, -1, 399}) {
    EXPECT_EQ(GetReason(MakeSelfSigned(key, Names(), days, x509::kTestNow).status()),
              Reason::kLifetimeInvalid);
  }
  EXPECT_TRUE(MakeSelfSigned(key, Names(), 398, x509::kTestNow).ok());
  const std::vector<x509::RequestedName> bad = {{x509::NameType::kDns, "not a host"}};
  EXPECT_EQ(GetReason(MakeSelfSigned(key, bad, 30, x509::kTestNow).status()), Reason::kSanInvalid);
  const TestKey other = TestKey::MakeOther("ED448");
  EXPECT_FALSE(MakeSelfSigned(other.get(), Names(), 30, x509::kTestNow).ok());
}

}  // namespace
}  // namespace fleetca::client
