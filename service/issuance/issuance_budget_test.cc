// Budgets at the issuer: certificates count, and nothing else does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/errors.h"
#include "service/issuance/issuer.h"
#include "service/join/join_token.h"
#include "signer/local_signer.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_issuer.h"
#include "tests/testing/test_key.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::MakeCsr;
using ::fleetca::testing::RecordingIssuance;
using ::fleetca::testing::TestIssuer;
using ::fleetca::testing::TestPolicyOptions;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::string_view kDb = "spiffe://fleet.test/svc/db";
constexpr absl::string_view kMaker = "spiffe://fleet.test/svc/maker";
constexpr char kRequestId[] = "0123456789abcdef";

const auto kIsExhausted = IsError(absl::StatusCode::kResourceExhausted, Reason::kBudgetExhausted);

// Fails while it is told to.
class FailingSigner : public signer::Signer {
 public:
  FailingSigner() : inner_(*signer::CreateLocalSigner(testing::NewTestKey(KeyType::kP256))) {}

  SignatureScheme scheme() const override { return inner_->scheme(); }
  absl::string_view public_key() const override { return inner_->public_key(); }
  void SignBatch(absl::Span<Prepared> messages,
                 absl::Span<absl::StatusOr<signer::SignedMessage>> results) const override {
    inner_->SignBatch(messages, results);
    for (size_t i = 0; fails && i < results.size(); ++i) {
      results[i] = Internal(Reason::kSigningFailed, "the token is gone");
    }
  }
  absl::Status Test() const override { return inner_->Test(); }

  bool fails = false;

 private:
  std::unique_ptr<signer::Signer> inner_;
};

// kAgent's rule has a budget of two a minute.
PolicyOptions WithBudget() {
  PolicyOptions policy = TestPolicyOptions();
  policy.rules[0].budget = Budget{2, absl::Minutes(1)};
  return policy;
}

TEST(IssuanceBudgetTest, Checklist44_WhatEndsWithoutACertificateIsGivenBack) {
  FailingSigner signer;
  TestIssuer ca({.policy = WithBudget(), .signer = &signer});
  const std::string csr = MakeCsr();
  for (int i = 0; i < 3; ++i) {
    signer.fails = true;
    EXPECT_THAT(ca.Issue(csr), IsError(absl::StatusCode::kInternal, Reason::kSigningFailed));
    signer.fails = false;
    ca.store().FailAppends(Unavailable(Reason::kStoreUnavailable, "the disk is full"));
    EXPECT_THAT(ca.IssueBatch({csr, csr})[1],
                IsError(absl::StatusCode::kUnavailable, Reason::kStoreUnavailable));
    ca.store().FailAppends(absl::OkStatus());
  }
  FLEETCA_EXPECT_OK(ca.Issue(csr, kRequestId));
  for (int i = 0; i < 3; ++i) {
    FLEETCA_EXPECT_OK(ca.Issue(csr, kRequestId));  // given again
  }
  FLEETCA_EXPECT_OK(ca.Issue(csr));
  EXPECT_THAT(ca.Issue(csr), kIsExhausted);
}

TEST(IssuanceBudgetTest, ABatchTakesWhatThereIsAndItsBadItemsNothing) {
  TestIssuer ca({.policy = WithBudget()});
  const std::string csr = MakeCsr();
  std::string unproven = csr;
  unproven.back() ^= 1;
  const auto outcomes = ca.IssueBatch({unproven, csr, unproven, csr, csr});
  EXPECT_THAT(outcomes[0], IsInvalid(Reason::kSignatureInvalid, "csr.signature"));
  FLEETCA_EXPECT_OK(outcomes[1]);
  FLEETCA_EXPECT_OK(outcomes[3]);
  EXPECT_THAT(outcomes[4], kIsExhausted);
}

// Whoever asked is told to the queue, which charges what a refused proof costs.
TEST(IssuanceBudgetTest, WhoseProofsWereRefusedIsLeftToTheQueue) {
  TestIssuer ca({.policy = WithBudget()});
  const std::string csr = MakeCsr();
  std::string unproven = csr;
  unproven.back() ^= 1;
  RecordingIssuance good(csr);
  RecordingIssuance forged(unproven);
  const std::shared_ptr<const Caller> forger = forged.caller;
  Issuance* batch[] = {&good, &forged};
  BatchRest rest;
  ca.issuer().IssueBatch(batch, &rest);
  EXPECT_THAT(rest.unproven, ::testing::ElementsAre(forger));
  EXPECT_TRUE(rest.again.empty());
}

// It is free again before the answer is given, so that who asks again at once is not refused.
TEST(IssuanceBudgetTest, ItIsGivenBackBeforeTheAnswer) {
  class AsksAgain : public RecordingIssuance {
   public:
    AsksAgain(TestIssuer& ca, absl::string_view csr) : RecordingIssuance(csr), ca_(ca) {}
    void Answer(absl::StatusOr<IssuedCertificate> outcome) override {
      if (!outcome.ok() && GetReason(outcome.status()) == Reason::kStoreUnavailable) {
        ca_.store().FailAppends(absl::OkStatus());
        again = ca_.IssueBatch({std::string(request.csr_der), std::string(request.csr_der)});
      }
      RecordingIssuance::Answer(std::move(outcome));
    }
    std::vector<absl::StatusOr<IssuedCertificate>> again;

   private:
    TestIssuer& ca_;
  };
  TestIssuer ca({.policy = WithBudget()});
  const std::string csr = MakeCsr();
  AsksAgain issuance(ca, csr);
  ca.store().FailAppends(Unavailable(Reason::kStoreUnavailable, "the disk is full"));
  Issuance* batch[] = {&issuance};
  ca.issuer().IssueBatch(batch);
  ASSERT_EQ(issuance.again.size(), 2u);
  FLEETCA_EXPECT_OK(issuance.again[0]);
  FLEETCA_EXPECT_OK(issuance.again[1]);
}

class JoinTokenBudgetTest : public ::testing::Test {
 protected:
  static PolicyOptions Policy() {
    PolicyOptions policy = TestPolicyOptions();
    policy.rules.push_back({.name = "maker",
                            .identity = "/svc/maker",
                            .profiles = {"service"},
                            .budget = Budget{2, absl::Minutes(1)},
                            .issue_for = {"/svc/*"}});
    policy.rules.push_back({.name = "db",
                            .identity = "/svc/db",
                            .profiles = {"service"},
                            .budget = Budget{1, absl::Minutes(1)}});
    return policy;
  }

  absl::StatusOr<IssuedCertificate> UseTokenOf(absl::string_view maker,
                                               absl::string_view request_id = "") {
    const absl::StatusOr<SecretBytes> token = MakeJoinToken();
    FLEETCA_EXPECT_OK(token);
    const absl::Time now = ca_.clock().Now();
    FLEETCA_EXPECT_OK(ca_.store().Write({.new_tokens = {{.hash = HashJoinToken(token->view()),
                                                         .identity = std::string(kDb),
                                                         .profile = "service",
                                                         .creator = std::string(maker),
                                                         .created_at = now,
                                                         .expires_at = now + absl::Minutes(10)}}}));
    RecordingIssuance issuance(csr_, request_id);
    issuance.AskAs(JoinTokenCaller{.hash = HashJoinToken(token->view())});
    issuance.request.profile = "";
    Issuance* batch[] = {&issuance};
    ca_.issuer().IssueBatch(batch);
    return issuance.outcome;
  }

  TestIssuer ca_{{.policy = Policy()}};
  const std::string csr_ = MakeCsr({.attributes = std::string()});
};

TEST_F(JoinTokenBudgetTest, ACertificateByATokenCountsForItsMaker) {
  FLEETCA_EXPECT_OK(UseTokenOf(kMaker));
  FLEETCA_EXPECT_OK(UseTokenOf(kMaker));
  const absl::Status refused = UseTokenOf(kMaker).status();
  EXPECT_THAT(refused, kIsExhausted);
  // Who comes with a token is not told whose it is.
  EXPECT_THAT(std::string(refused.message()), HasSubstr("The maker of this join token"));
  EXPECT_THAT(std::string(refused.message()), Not(HasSubstr("svc/maker")));
  // It is the same budget that the maker's own requests count against.
  RecordingIssuance own(csr_);
  own.AskAs(kMaker);
  Issuance* batch[] = {&own};
  ca_.issuer().IssueBatch(batch);
  EXPECT_THAT(own.outcome, kIsExhausted);
  // The identity's own is not touched by it.
  RecordingIssuance of_identity(csr_);
  of_identity.AskAs(kDb);
  batch[0] = &of_identity;
  ca_.issuer().IssueBatch(batch);
  FLEETCA_EXPECT_OK(of_identity.outcome);
}

TEST_F(JoinTokenBudgetTest, WhereItsMakerHasNoBudgetItCountsForTheIdentity) {
  for (const absl::string_view maker :
       {testing::kAgent, absl::string_view("gone from the policy")}) {
    FLEETCA_EXPECT_OK(UseTokenOf(maker));
    EXPECT_THAT(UseTokenOf(maker), kIsExhausted);
    ca_.clock().Advance(absl::Minutes(1));
  }
}

}  // namespace
}  // namespace fleetca::service
