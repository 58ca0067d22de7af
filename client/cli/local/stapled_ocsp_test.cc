#include "client/cli/local/stapled_ocsp.h"

#include <string>
#include <vector>

#include "client/verdict/certificate_index.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_key.h"
#include "x509/certificate.h"
#include "x509/revocation/testing/ocsp_fixture.h"
#include "x509/testing/test_ca.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::TestKey;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class StapledOcspTest : public ::testing::Test {
 protected:
  StapledOcspTest()
      : leaf_(x509::IssueLeaf(fixture_.ca, TestKey::OfType(KeyType::kP256))),
        parsed_(*x509::ParseCertificate(leaf_)) {}

  // What the responder says of the leaf.
  std::string Respond(x509::OcspCertStatus status) const {
    x509::OcspAnswer answer = x509::OcspFixture::Good();
    answer.serial = parsed_.serial;
    answer.revocation.status = status;
    if (status == x509::OcspCertStatus::kRevoked) {
      answer.revocation.revoked_at = x509::kTestNow - absl::Hours(1);
    }
    return fixture_.Respond(answer);
  }

  StapledOcsp Judge(const std::string& response, absl::Time now = x509::kTestNow) const {
    return JudgeStapledOcsp(response, {leaf_, fixture_.ca.certificate}, CertificateIndex(), now);
  }

  const x509::OcspFixture& fixture_ = x509::OcspFixture::P256();
  const std::string leaf_;
  const x509::Certificate parsed_;
};

TEST_F(StapledOcspTest, WhatTheResponderSays) {
  EXPECT_EQ(Judge("").status, "none");
  const StapledOcsp good = Judge(Respond(x509::OcspCertStatus::kGood));
  EXPECT_EQ(good.status, "good") << good.sentence;
  const StapledOcsp revoked = Judge(Respond(x509::OcspCertStatus::kRevoked));
  EXPECT_EQ(revoked.status, "revoked") << revoked.sentence;
  EXPECT_THAT(revoked.sentence, StartsWith("revoked on "));
}

// RFC 5280 7.1.
TEST_F(StapledOcspTest, TheIssuersNameMayBeSpelledOtherwiseInTheCertificate) {
  const std::string leaf = x509::IssueLeaf(x509::WithRespelledName(fixture_.ca),
                                           fleetca::testing::TestKey::OfType(KeyType::kP256));
  x509::OcspAnswer answer = x509::OcspFixture::Good();
  const auto parsed = x509::ParseCertificate(leaf);
  answer.serial = parsed->serial;
  const StapledOcsp judged =
      JudgeStapledOcsp(fixture_.Respond(answer), {leaf, fixture_.ca.certificate},
                       CertificateIndex(), x509::kTestNow);
  EXPECT_EQ(judged.status, "good") << judged.sentence;
}

TEST_F(StapledOcspTest, WhatIsNotToBeBelieved) {
  const std::string good = Respond(x509::OcspCertStatus::kGood);
  EXPECT_EQ(Judge("junk").status, "invalid");
  EXPECT_EQ(Judge(good, x509::kTestNow + absl::Hours(24)).status, "invalid");
  // The response about another certificate, and one whose signer is not there.
  EXPECT_EQ(Judge(fixture_.Respond(x509::OcspFixture::Good())).status, "invalid");
  const StapledOcsp alone = JudgeStapledOcsp(good, {leaf_}, CertificateIndex(), x509::kTestNow);
  EXPECT_EQ(alone.status, "invalid");
  EXPECT_THAT(alone.sentence, HasSubstr("was not sent"));
  EXPECT_EQ(
      JudgeStapledOcsp(good, {leaf_, fixture_.root.certificate}, CertificateIndex(), x509::kTestNow)
          .status,
      "invalid");
}

TEST_F(StapledOcspTest, TheIssuerSignsWhereverItStands) {
  const std::string good = Respond(x509::OcspCertStatus::kGood);
  CertificateIndex roots;
  FLEETCA_ASSERT_OK(roots.Add(fixture_.root.certificate, "root.pem"));
  const auto status = [&](const std::vector<std::string>& chain) {
    return JudgeStapledOcsp(good, chain, roots, x509::kTestNow).status;
  };
  EXPECT_EQ(status({leaf_, fixture_.ca.certificate}), "good");
  EXPECT_EQ(status({leaf_, fixture_.root.certificate, fixture_.ca.certificate}), "good");
  EXPECT_EQ(status({leaf_, fixture_.root.certificate}), "invalid");
  FLEETCA_ASSERT_OK(roots.Add(fixture_.ca.certificate, "ca.pem"));
  EXPECT_EQ(status({leaf_}), "good");
}

}  // namespace
}  // namespace fleetca::client
