#include "client/agent/answer_check.h"

#include <string>

#include "absl/time/clock.h"
#include "base/errors.h"
#include "client/agent/refusals.h"
#include "client/issued.h"
#include "client/key_and_csr.h"
#include "client/testing/fake_ca.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/requested_name.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::testing::HasSubstr;

const auto kIsInvalid = IsError(absl::StatusCode::kDataLoss, Reason::kAnswerInvalid);
constexpr char kWeb[] = "spiffe://fleet.example/svc/web";

ExpectedIdentity Expected(const std::string& spiffe_id = "") {
  return {.spiffe_id = spiffe_id, .trust_domain = "fleet.example"};
}

TEST(AnswerCheckTest, WhoWasAskedForIsTheOneThatComes) {
  EXPECT_EQ(WrongIdentity(kWeb, Expected(kWeb)), "");
  EXPECT_THAT(WrongIdentity("spiffe://fleet.example/svc/db", Expected(kWeb)),
              HasSubstr("is for \"spiffe://fleet.example/svc/db\", and spiffe://fleet.example/svc"
                        "/web was asked for"));
  EXPECT_NE(WrongIdentity("", Expected(kWeb)), "");
}

TEST(AnswerCheckTest, WhereTheCaDecidesItIsOneOfTheTrustDomain) {
  EXPECT_EQ(WrongIdentity(kWeb, Expected()), "");
  EXPECT_EQ(WrongIdentity("", Expected()), "");
  for (const char* const other :
       {"spiffe://fleet.example.org/svc/web", "spiffe://other.example/svc/web"}) {
    EXPECT_THAT(WrongIdentity(other, Expected()),
                HasSubstr("which is not of the trust domain fleet.example"));
  }
}

class AnswersTest : public ::testing::Test {
 protected:
  KeptChain Answer(const std::string& spiffe_id, absl::Duration life = absl::Hours(24)) const {
    const testing::FakeCertificate made =
        ca_.Issue({.spki = std::string(*CsrPublicKey(csr_)),
                   .names = {*x509::ParseRequestedName("URI:" + spiffe_id)},
                   .not_before = now_,
                   .not_after = now_ + life});
    return {.certificate_der = made.der, .chain_der = {ca_.issuing_der()}};
  }

  const testing::FakeCa ca_;
  const std::string csr_ = MakeKeyAndCsr(KeyType::kP256, {})->csr_der;
  const absl::Time now_ = absl::Now();
};

TEST_F(AnswersTest, OneForSomebodyElseIsARefusal) {
  FLEETCA_EXPECT_OK(CheckAnswer(Answer(kWeb), Expected(kWeb), std::nullopt));
  const absl::Status other =
      CheckAnswer(Answer("spiffe://fleet.example/svc/db"), Expected(kWeb), std::nullopt);
  EXPECT_THAT(other, kIsInvalid);
  EXPECT_THAT(std::string(other.message()), HasSubstr("nothing of it is kept"));
  // The same request would be answered alike.
  EXPECT_TRUE(IsRefusal(other));
}

TEST_F(AnswersTest, AnOlderOneIsNotUsed) {
  const KeptCertificate held = *FactsOf(Answer(kWeb).certificate_der);
  EXPECT_THAT(CheckAnswer(Answer(kWeb, absl::Hours(23)), Expected(), held), kIsInvalid);
  FLEETCA_EXPECT_OK(CheckAnswer(Answer(kWeb, absl::Hours(25)), Expected(), held));
  EXPECT_THAT(CheckAnswer({.certificate_der = "no certificate"}, Expected(), held), kIsInvalid);
}

}  // namespace
}  // namespace fleetca::client
