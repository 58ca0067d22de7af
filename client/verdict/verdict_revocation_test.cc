#include "client/verdict/verdict_revocation.h"

#include <memory>
#include <string>

#include "base/errors.h"
#include "base/fetch/testing/http_test_server.h"
#include "base/sha256.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/test_key.h"
#include "x509/revocation/ocsp_answer.h"
#include "x509/revocation/ocsp_request.h"
#include "x509/revocation/ocsp_response.h"
#include "x509/revocation/testing/ocsp_fixture.h"
#include "x509/revocation/testing/test_crl.h"
#include "x509/testing/test_ca.h"
#include "x509/testing/test_ocsp_responder.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::HttpTestServer;
using ::fleetca::testing::TestKey;
using ::testing::HasSubstr;
using ::testing::Not;

class VerdictRevocationTest : public ::testing::Test {
 protected:
  VerdictRevocationTest()
      : root_(x509::MakeTestRoot(KeyType::kP256)),
        issuing_(x509::MakeTestIssuingCa(root_, KeyType::kP256)),
        leaf_(x509::IssueLeaf(issuing_, TestKey::OfType(KeyType::kP256))) {
    verdict_.chain = {leaf_, issuing_.certificate, root_.certificate};
    verdict_.trusted = true;
  }

  // The step "crl" by the CRL of `ca` with these entries.
  VerdictStep Judge(const x509::TestCa& ca, const std::vector<x509::CrlEntry>& entries,
                    absl::Time at = x509::kTestNow) {
    const std::string der = x509::IssueTestCrl(ca, x509::TestCrlSpec(ca), entries);
    const auto crls = ReadCrls(der);
    EXPECT_TRUE(crls.ok()) << crls.status();
    JudgeByCrls(*crls, at, &verdict_);
    return verdict_.steps.back();
  }

  const x509::TestCa root_;
  const x509::TestCa issuing_;
  const std::string leaf_;
  Verdict verdict_;
};

TEST_F(VerdictRevocationTest, NotInTheCrl) {
  const VerdictStep step = Judge(issuing_, x509::TestCrlEntries(3));
  EXPECT_EQ(step.result, StepResult::kPassed) << step.sentence;
}

TEST_F(VerdictRevocationTest, Revoked) {
  const auto certificate = x509::ParseCertificate(leaf_);
  const VerdictStep step =
      Judge(issuing_, {{.serial = certificate->serial, .revocation_date = x509::kTestNow}});
  EXPECT_EQ(step.result, StepResult::kFailed);
  EXPECT_EQ(GetReason(step.status), Reason::kCertificateRevoked);
}

// The certificate, its issuer and the CRL each spell the issuer's name in their own way.
TEST_F(VerdictRevocationTest, AnotherSpellingOfTheIssuersNameIsTheSameIssuer) {
  const x509::TestCa spelled = x509::WithRespelledName(issuing_);
  EXPECT_EQ(Judge(spelled, {}).result, StepResult::kPassed) << verdict_.steps.back().sentence;
  verdict_.chain[0] = x509::IssueLeaf(spelled, TestKey::OfType(KeyType::kP256));
  EXPECT_EQ(Judge(issuing_, {}).result, StepResult::kPassed) << verdict_.steps.back().sentence;
  const auto leaf = x509::ParseCertificate(verdict_.chain[0]);
  const VerdictStep revoked =
      Judge(issuing_, {{.serial = leaf->serial, .revocation_date = x509::kTestNow}});
  EXPECT_EQ(GetReason(revoked.status), Reason::kCertificateRevoked);
}

TEST_F(VerdictRevocationTest, ACrlOfAnotherIssuerAndOneThatHasEnded) {
  const VerdictStep foreign = Judge(root_, {});
  EXPECT_EQ(GetReason(foreign.status), Reason::kCrlIssuerOther);
  EXPECT_THAT(foreign.sentence, HasSubstr("the first is of"));
  const VerdictStep expired = Judge(issuing_, {}, x509::kTestNow + absl::Hours(24 * 30));
  EXPECT_EQ(GetReason(expired.status), Reason::kCrlExpired);
}

TEST_F(VerdictRevocationTest, ATwinOfTheIssuerIsNotTheIssuer) {
  const VerdictStep step = Judge(x509::MakeTestIssuingCa(root_, KeyType::kP256), {});
  EXPECT_EQ(step.result, StepResult::kFailed);
}

// Who asks for a CRL is not told that all is well where none can be judged.
TEST_F(VerdictRevocationTest, NobodyWhoIsTrustedSpeaksOfIt) {
  const OcspStep ocsp = {.asked = true, .url = "http://127.0.0.1:1/"};
  verdict_.chain = {leaf_};
  EXPECT_THAT(Judge(issuing_, {}).sentence, HasSubstr("listed as a root"));
  EXPECT_EQ(verdict_.steps.back().result, StepResult::kFailed);
  JudgeByOcsp(ocsp, x509::kTestNow, &verdict_);
  EXPECT_THAT(verdict_.steps.back().sentence, HasSubstr("listed as a root"));
  verdict_.chain = {leaf_, issuing_.certificate};
  verdict_.trusted = false;
  EXPECT_THAT(Judge(issuing_, {}).sentence, HasSubstr("does not lead to a trusted root"));
  EXPECT_EQ(verdict_.steps.back().result, StepResult::kFailed);
  JudgeByOcsp(ocsp, x509::kTestNow, &verdict_);
  EXPECT_EQ(verdict_.steps.back().result, StepResult::kFailed);
  verdict_.chain = {"junk"};
  EXPECT_EQ(Judge(issuing_, {}).result, StepResult::kFailed);
}

TEST_F(VerdictRevocationTest, WhatIsNotAsked) {
  JudgeByCrls({}, x509::kTestNow, &verdict_);
  EXPECT_EQ(verdict_.steps.back().result, StepResult::kSkipped);
  JudgeByOcsp({}, x509::kTestNow, &verdict_);
  EXPECT_EQ(verdict_.steps.back().result, StepResult::kSkipped);
}

TEST_F(VerdictRevocationTest, AResponderThatIsAway) {
  JudgeByOcsp({.asked = true, .url = "http://127.0.0.1:1/", .timeout = absl::Seconds(1)},
              x509::kTestNow, &verdict_);
  EXPECT_EQ(verdict_.steps.back().result, StepResult::kFailed);
  EXPECT_EQ(GetReason(verdict_.steps.back().status), Reason::kServerUnreachable);
  JudgeByOcsp({.asked = true}, x509::kTestNow, &verdict_);
  EXPECT_THAT(verdict_.steps.back().sentence, HasSubstr("an OCSP responder"));
}

// Answers "good" for the certificate that is asked about, with what the test says of the nonce.
class VerdictOcspTest : public VerdictRevocationTest {
 protected:
  enum class Nonce { kSame, kOther, kNone };

  VerdictStep Ask(Nonce nonce) {
    nonce_ = nonce;
    JudgeByOcsp({.asked = true, .url = server_.Url("/?by=post"), .timeout = absl::Seconds(10)},
                x509::kTestNow, &verdict_);
    return verdict_.steps.back();
  }

  std::string Respond(absl::string_view http) {
    const std::string body(http.substr(http.find("\r\n\r\n") + 4));
    const auto request = x509::ParseOcspRequest(body);
    if (!request.ok() || !request->nonce.has_value()) {
      return HttpTestServer::Message("400 Bad Request", "text/plain", "no nonce");
    }
    asked_name_hash_ = std::string(request->cert_id.issuer_name_hash);
    x509::OcspAnswer answer = x509::OcspFixture::Good();
    answer.serial = request->cert_id.serial;
    answer.nonce = nonce_ == Nonce::kSame    ? *request->nonce
                   : nonce_ == Nonce::kOther ? absl::string_view("another one, of 32 octets in all")
                                             : "";
    const std::string data = maker_->Build(answer);
    return HttpTestServer::Message(
        "200 OK", "application/ocsp-response",
        maker_->Assemble(data, responder_.key.Sign(responder_.scheme, data)));
  }

  const x509::TestOcspResponder responder_ = x509::MakeTestOcspResponder(issuing_, KeyType::kP256);
  const std::unique_ptr<x509::OcspResponseTemplate> maker_ =
      x509::OcspResponseTemplate::Create(*x509::ParseCertificate(issuing_.certificate),
                                         *x509::ParseCertificate(responder_.certificate),
                                         responder_.scheme)
          .value();
  Nonce nonce_ = Nonce::kSame;
  std::string asked_name_hash_;
  HttpTestServer server_{[this](absl::string_view request) { return Respond(request); }};
};

// RFC 6960 4.1.1: the hash is of the name that the certificate has for its issuer.
TEST_F(VerdictOcspTest, TheIssuerIsNamedAsTheCertificateNamesIt) {
  const x509::TestCa spelled = x509::WithRespelledName(issuing_);
  verdict_.chain[0] = x509::IssueLeaf(spelled, TestKey::OfType(KeyType::kP256));
  EXPECT_EQ(Ask(Nonce::kSame).result, StepResult::kPassed) << verdict_.steps.back().sentence;
  const auto sha256 = Sha256(spelled.subject);
  EXPECT_EQ(asked_name_hash_, absl::string_view(sha256.data(), sha256.size()));
}

TEST_F(VerdictOcspTest, AnAnswerToAnotherQuestionIsRefusedAndAnOldOneIsSaid) {
  const VerdictStep fresh = Ask(Nonce::kSame);
  EXPECT_EQ(fresh.result, StepResult::kPassed) << fresh.sentence;
  EXPECT_THAT(fresh.sentence, Not(HasSubstr("nonce")));
  const VerdictStep other = Ask(Nonce::kOther);
  EXPECT_EQ(GetReason(other.status), Reason::kOcspResponseOther);
  const VerdictStep none = Ask(Nonce::kNone);
  EXPECT_EQ(none.result, StepResult::kPassed) << none.sentence;
  EXPECT_THAT(none.sentence, HasSubstr("has no nonce"));
}

}  // namespace
}  // namespace fleetca::client
