#include "client/verdict/verdict.h"

#include <algorithm>
#include <string>
#include <utility>

#include "client/verdict/verdict_identity.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/openssl_ca.h"
#include "tests/testing/test_key.h"
#include "x509/authz/fleet_authz.h"
#include "x509/testing/test_ca.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::TestKey;
using ::testing::HasSubstr;
using ::testing::Not;

class VerdictTest : public ::testing::Test {
 protected:
  VerdictTest()
      : root_(x509::MakeTestRoot(KeyType::kP256)),
        issuing_(x509::MakeTestIssuingCa(root_, KeyType::kP256)),
        leaf_(x509::IssueLeaf(issuing_, TestKey::OfType(KeyType::kP256))) {
    roots_.AddAll({root_.certificate}, "roots.pem");
    others_.AddAll({issuing_.certificate}, "others.pem");
  }

  VerdictQuestion Question() const {
    return {.roots = &roots_, .others = &others_, .at = x509::kTestNow};
  }

  // That the step failed first, with these words.
  static void ExpectFailed(const Verdict& verdict, absl::string_view step, const char* words) {
    ASSERT_NE(verdict.first_failed(), nullptr);
    EXPECT_EQ(verdict.first_failed()->name, step);
    EXPECT_THAT(verdict.first_failed()->sentence, HasSubstr(words));
    EXPECT_EQ(verdict.first_failed()->status.message(), verdict.first_failed()->sentence);
  }

  const x509::TestCa root_;
  const x509::TestCa issuing_;
  const std::string leaf_;
  CertificateIndex roots_;
  CertificateIndex others_;
};

TEST_F(VerdictTest, AGoodCertificateOfAServer) {
  VerdictQuestion question = Question();
  question.purpose = Purpose::kServer;
  question.host = "WEB.fleet.example.";
  const Verdict verdict = JudgeCertificate(leaf_, question);
  EXPECT_TRUE(verdict.accepted()) << verdict.first_failed()->sentence;
  EXPECT_EQ(verdict.chain.size(), 3);
  EXPECT_EQ(verdict.steps.size(), 7);
}

TEST_F(VerdictTest, AGapNamesTheIssuerAndWhereItIs) {
  VerdictQuestion question = Question();
  question.others = nullptr;
  ExpectFailed(JudgeCertificate(leaf_, question), "chain", "\"O=Fleet, CN=Issuing CA\"");
  ExpectFailed(JudgeCertificate(leaf_, question), "chain", "http://pki.fleet.example/issuing.der");
}

TEST_F(VerdictTest, ARootThatIsNotTrusted) {
  const CertificateIndex none;
  VerdictQuestion question = Question();
  question.roots = &none;
  others_.AddAll({root_.certificate}, "others.pem");
  ExpectFailed(JudgeCertificate(leaf_, question), "chain", "not among the trusted roots");
}

TEST_F(VerdictTest, DatesNameWhoseTheyAre) {
  VerdictQuestion question = Question();
  question.at = x509::kTestNow + absl::Hours(24 * 3);
  ExpectFailed(JudgeCertificate(leaf_, question), "validity", "The certificate \"URI:");
  question.at = x509::kTestNow - absl::Hours(24 * 3);
  ExpectFailed(JudgeCertificate(leaf_, question), "validity", "look at the clock");
  question.at = root_.not_after + absl::Hours(1);
  ExpectFailed(JudgeCertificate(root_.certificate, question), "validity", "expired on");
}

TEST_F(VerdictTest, AnotherPurposeAndAnotherHost) {
  VerdictQuestion question = Question();
  question.purpose = Purpose::kCodeSigning;
  ExpectFailed(JudgeCertificate(leaf_, question), "purpose", "\"code-signing\"");
  question.purpose = Purpose::kServer;
  question.host = "db.fleet.example";
  ExpectFailed(JudgeCertificate(leaf_, question), "host", "DNS:web.fleet.example");
  question.host = "web.fleet.example:443";
  ExpectFailed(JudgeCertificate(leaf_, question), "host", "without a port");
}

TEST_F(VerdictTest, APathThatIsTooLong) {
  // The issuing CA may certify leaves alone.
  const x509::TestCa below = x509::MakeTestEdgeCa(
      issuing_, x509::NameConstraints{.permitted = {.dns_domains = {"fleet.example"},
                                                    .uri_domains = {"fleet.example"}}});
  const std::string leaf = x509::IssueLeaf(below, TestKey::OfType(KeyType::kP256));
  others_.AddAll({below.certificate}, "others.pem");
  ExpectFailed(JudgeCertificate(leaf, Question()), "ca_rules", "pathLenConstraint");
}

TEST_F(VerdictTest, ANameThatTheCaMayNotCertify) {
  const x509::TestCa edge = x509::MakeTestEdgeCa(
      root_, x509::NameConstraints{.permitted = {.dns_domains = {"other.example"},
                                                 .uri_domains = {"fleet.example"}}});
  const std::string leaf = x509::IssueLeaf(edge, TestKey::OfType(KeyType::kP256));
  others_.AddAll({edge.certificate}, "others.pem");
  ExpectFailed(JudgeCertificate(leaf, Question()), "name_constraints", "name constraints of");
}

TEST_F(VerdictTest, WhatCannotBeRead) {
  const Verdict verdict = JudgeCertificate("junk", Question());
  ExpectFailed(verdict, "certificate", "cannot be used here: ");
  EXPECT_EQ(verdict.steps.size(), 7);
  EXPECT_EQ(verdict.steps[1].result, StepResult::kSkipped);
}

TEST_F(VerdictTest, AnOddityIsAStepOfItsOwn) {
  const auto root = fleetca::testing::MakeByOpenSsl({.common_name = "Root",
                                                     .not_before = x509::kTestNow - absl::Hours(1),
                                                     .not_after = x509::kTestNow + absl::Hours(1)});
  const auto odd = fleetca::testing::MakeByOpenSsl({.common_name = "odd",
                                                    .issuer = &root,
                                                    .not_before = x509::kTestNow - absl::Hours(1),
                                                    .not_after = x509::kTestNow + absl::Hours(1),
                                                    .version = 1,
                                                    .extensions = {}});
  CertificateIndex roots;
  roots.AddAll({root.der}, "roots.pem");
  const Verdict verdict = JudgeCertificate(odd.der, {.roots = &roots, .at = x509::kTestNow});
  ExpectFailed(verdict, "certificate", "is of version 1, which has no extensions");
  EXPECT_EQ(verdict.steps[1].name, "chain");
  EXPECT_EQ(verdict.steps[1].result, StepResult::kPassed) << verdict.steps[1].sentence;
  EXPECT_EQ(verdict.steps[2].result, StepResult::kPassed) << verdict.steps[2].sentence;
}

TEST_F(VerdictTest, ATrustedLeafIsBelievedAsItStands) {
  CertificateIndex roots;
  roots.AddAll({leaf_}, "leaf.pem");
  VerdictQuestion question = Question();
  question.roots = &roots;
  EXPECT_TRUE(JudgeCertificate(leaf_, question).accepted());
}

// What stands on no trusted root is nobody's identity, whatever the certificate says.
TEST_F(VerdictTest, NobodysIdentityIsEstablished) {
  const auto step_of = [](const Verdict& verdict, absl::string_view name) {
    return *std::find_if(verdict.steps.begin(), verdict.steps.end(),
                         [name](const VerdictStep& step) { return step.name == name; });
  };
  const IdentityStep asked = {.trust_domain = "fleet.example", .roles = {"admin"}};
  CertificateIndex listed;
  listed.AddAll({leaf_}, "leaf.pem");
  const CertificateIndex none;
  VerdictQuestion question = Question();
  for (const auto& [roots, words] :
       {std::pair(static_cast<const CertificateIndex*>(&listed), "listed as a root"),
        std::pair(&none, "does not lead to a trusted root")}) {
    question.roots = roots;
    Verdict verdict = JudgeCertificate(leaf_, question);
    JudgeIdentity(asked, x509::kTestNow, &verdict);
    EXPECT_FALSE(verdict.accepted());
    EXPECT_EQ(step_of(verdict, "identity").result, StepResult::kFailed);
    EXPECT_THAT(step_of(verdict, "identity").sentence, HasSubstr(words));
    EXPECT_EQ(step_of(verdict, "roles").result, StepResult::kFailed);
    EXPECT_THAT(step_of(verdict, "roles").sentence, HasSubstr("no role was judged"));
  }
  // Roles at no service.
  Verdict nowhere = JudgeCertificate(leaf_, Question());
  JudgeIdentity({.roles = {"admin"}}, x509::kTestNow, &nowhere);
  EXPECT_FALSE(nowhere.accepted());
}

TEST_F(VerdictTest, TheWayToTheRootComesBeforeAListedLeaf) {
  roots_.AddAll({leaf_}, "leaf.pem");
  const Verdict verdict = JudgeCertificate(leaf_, Question());
  EXPECT_TRUE(verdict.accepted());
  EXPECT_EQ(verdict.chain.size(), 3);
}

TEST_F(VerdictTest, AdviceIsForTheStepThatLacksSomething) {
  VerdictQuestion question = Question();
  question.others = nullptr;
  Verdict gap = JudgeCertificate(leaf_, question);
  gap.Advise(Lack::kTrust, "; trust it");
  gap.Advise(Lack::kIssuer, "; give it");
  ExpectFailed(gap, "chain", "; give it");
  EXPECT_THAT(gap.first_failed()->sentence, Not(HasSubstr("trust it")));
  // What is there and not accepted cannot be given.
  CertificateIndex odd;
  odd.AddAll({fleetca::testing::MakeByOpenSsl({.common_name = "Odd",
                                               .not_before = x509::kTestNow - absl::Hours(1),
                                               .not_after = x509::kTestNow + absl::Hours(1),
                                               .curve = "secp256k1"})
                  .der},
             "odd.pem");
  ASSERT_EQ(odd.unusable().size(), 1);
  EXPECT_THAT(odd.unusable()[0].why.message(), HasSubstr("odd.pem: "));
}

TEST_F(VerdictTest, RolesAtAnAudience) {
  const x509::FleetAuthz grants{
      .policy_revision = 1, .roles = {"reader"}, .audience = {{"svc/orders"}}};
  const std::string leaf = x509::IssueLeaf(issuing_, TestKey::OfType(KeyType::kP256), &grants);
  const auto judge = [&](const std::string& audience, const std::string& role) {
    Verdict verdict = JudgeCertificate(leaf, Question());
    JudgeIdentity({.trust_domain = "fleet.example", .audience = audience, .roles = {role}},
                  x509::kTestNow, &verdict);
    return verdict;
  };
  EXPECT_TRUE(judge("svc/orders", "reader").accepted());
  ExpectFailed(judge("svc/orders", "writer"), "roles", "reader");
  ExpectFailed(judge("svc/other", "reader"), "roles", "count at svc/orders alone");
  Verdict foreign = JudgeCertificate(leaf, Question());
  JudgeIdentity({.trust_domain = "other.example"}, x509::kTestNow, &foreign);
  ExpectFailed(foreign, "identity", "other.example");
  Verdict nobody = JudgeCertificate(leaf, Question());
  JudgeIdentity({}, x509::kTestNow, &nobody);
  EXPECT_TRUE(nobody.accepted());
}

}  // namespace
}  // namespace fleetca::client
