// Join tokens at the issuer: one use is one certificate, whatever happens.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/time_rounding.h"
#include "service/issuance/issuer.h"
#include "service/join/join_token.h"
#include "store/join_token.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_issuer.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::CsrOptions;
using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::IsOk;
using ::fleetca::testing::MakeCsr;
using ::fleetca::testing::RecordingIssuance;
using ::fleetca::testing::TestIssuer;

constexpr absl::string_view kWeb = "spiffe://fleet.test/svc/web";
constexpr absl::string_view kDb = "spiffe://fleet.test/svc/db";
constexpr char kRequestId[] = "0123456789abcdef";

class AdmissionJoinTokenTest : public ::testing::Test {
 protected:
  // Makes a token for kDb by the profile "service".
  std::string NewToken(uint32_t uses = 1, absl::Duration lifetime = absl::Minutes(10)) {
    const absl::StatusOr<SecretBytes> token = MakeJoinToken();
    EXPECT_THAT(token, IsOk());
    const absl::Time now = FloorToSecond(ca_.clock().Now());
    const store::JoinToken record{.hash = HashJoinToken(token->view()),
                                  .identity = std::string(kDb),
                                  .profile = "service",
                                  .creator = "spiffe://fleet.test/user/admin",
                                  .created_at = now,
                                  .expires_at = now + lifetime,
                                  .uses = uses};
    FLEETCA_EXPECT_OK(ca_.store().Write({.new_tokens = {record}}));
    return std::string(token->view());
  }

  static void UseToken(absl::string_view token, RecordingIssuance* issuance) {
    issuance->AskAs(JoinTokenCaller{.hash = HashJoinToken(token)});
    issuance->request.profile = "";
  }

  // An issuance by the token, in a batch of its own.
  absl::StatusOr<IssuedCertificate> Try(absl::string_view token, absl::string_view csr,
                                        absl::string_view request_id = "") {
    RecordingIssuance issuance(csr, request_id);
    UseToken(token, &issuance);
    return Run(issuance);
  }
  absl::StatusOr<IssuedCertificate> Try(absl::string_view token) { return Try(token, csr_); }

  absl::StatusOr<IssuedCertificate> Run(RecordingIssuance& issuance) {
    Issuance* batch[] = {&issuance};
    ca_.issuer().IssueBatch(batch);
    EXPECT_EQ(issuance.answers, 1);
    return issuance.outcome;
  }

  store::JoinTokenState StateOf(absl::string_view token) {
    const auto state = ca_.store().GetJoinToken(HashJoinToken(token));
    EXPECT_THAT(state, IsOk());
    return *state;
  }

  // Every refusal is this one, to the letter.
  static ::testing::Matcher<const absl::StatusOr<IssuedCertificate>&> IsRefused() {
    return ::testing::ResultOf(
        [](const absl::StatusOr<IssuedCertificate>& outcome) { return outcome.status(); },
        ::testing::Eq(TokenRefused()));
  }

  TestIssuer ca_;
  // Asks for no name: the token says who it is.
  const std::string csr_ = MakeCsr({.attributes = std::string()});
};

TEST_F(AdmissionJoinTokenTest, GivesItsIdentityACertificateOnce) {
  const std::string token = NewToken();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate issued, Try(token));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const store::CertificateRecord record,
                               ca_.store().GetBySerial(issued.serial_number));
  EXPECT_EQ(record.identity, kDb);
  EXPECT_EQ(record.requester, absl::StrCat("join-token:", JoinTokenId(HashJoinToken(token))));
  EXPECT_EQ(StateOf(token).uses, 1u);
  EXPECT_EQ(StateOf(token).last_serial, issued.serial_number);
  EXPECT_THAT(Try(token), IsRefused());
  EXPECT_EQ(ca_.store().size(), 1u);
}

TEST_F(AdmissionJoinTokenTest, EveryTokenThatIsOfNoUseIsRefusedInTheSameWords) {
  EXPECT_THAT(TokenRefused(), IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerUnknown));
  const std::string used = NewToken();
  FLEETCA_ASSERT_OK(Try(used));
  const std::string good = NewToken(1, absl::Hours(2));
  const std::string revoked = NewToken(1, absl::Hours(2));
  FLEETCA_ASSERT_OK(ca_.store().Write(
      {.revoked_tokens = {
           {HashJoinToken(revoked), {.revoked_at = ca_.clock().Now(), .revoker = "admin"}}}}));
  const std::string expired = NewToken(1, absl::Seconds(1));
  ca_.clock().Advance(absl::Seconds(1));
  std::string other_case = good;
  for (char& c : other_case) {
    c = absl::ascii_islower(c) ? absl::ascii_toupper(c) : absl::ascii_tolower(c);
  }
  for (const absl::string_view bad :
       std::vector<std::string>{used, revoked, expired, other_case, good.substr(0, good.size() - 1),
                                good + "A", absl::StrCat(" ", good), good.substr(4), "", "fcj_",
                                "x", "spiffe://fleet.test/svc/db"}) {
    EXPECT_THAT(Try(bad), IsRefused()) << bad;
  }
  // For another identity, by the CSR and by the field, and for another profile.
  EXPECT_THAT(Try(good, MakeCsr({.names = {{x509::NameType::kUri, kWeb}}})), IsRefused());
  RecordingIssuance other_identity(csr_);
  UseToken(good, &other_identity);
  other_identity.request.identity = kWeb;
  EXPECT_THAT(Run(other_identity), IsRefused());
  RecordingIssuance other_profile(csr_);
  UseToken(good, &other_profile);
  other_profile.request.profile = "user";
  EXPECT_THAT(Run(other_profile), IsRefused());
  // None of it used the good one up.
  FLEETCA_EXPECT_OK(Try(good));
}

TEST_F(AdmissionJoinTokenTest, ATokenSpeaksForItselfAloneWhateverItsIdentityMayDo) {
  // kWeb may ask for others by its certificate (issue_for), but not by a token.
  const absl::StatusOr<SecretBytes> token = MakeJoinToken();
  FLEETCA_ASSERT_OK(token);
  const absl::Time now = ca_.clock().Now();
  FLEETCA_ASSERT_OK(ca_.store().Write({.new_tokens = {{.hash = HashJoinToken(token->view()),
                                                       .identity = std::string(kWeb),
                                                       .profile = "service",
                                                       .creator = "admin",
                                                       .created_at = now,
                                                       .expires_at = now + absl::Minutes(10)}}}));
  EXPECT_THAT(Try(token->view(), MakeCsr({.names = {{x509::NameType::kUri, kDb}}})), IsRefused());
  FLEETCA_EXPECT_OK(Try(token->view()));
}

TEST_F(AdmissionJoinTokenTest, OneOfAThousandAtOnceSucceeds) {
  const std::string token = NewToken();
  constexpr size_t kTries = 1000;
  constexpr size_t kThreads = 8;
  std::deque<RecordingIssuance> issuances;
  for (size_t i = 0; i < kTries; ++i) {
    UseToken(token, &issuances.emplace_back(csr_));
  }
  std::vector<std::thread> threads;
  for (size_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      std::vector<Issuance*> batch;
      for (size_t i = thread; i < kTries; i += kThreads) {
        batch.push_back(&issuances[i]);
        if (batch.size() == 25) {
          ca_.issuer().IssueBatch(batch);
          batch.clear();
        }
      }
      ca_.issuer().IssueBatch(batch);
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  size_t succeeded = 0;
  for (const RecordingIssuance& issuance : issuances) {
    EXPECT_EQ(issuance.answers, 1);
    if (issuance.outcome.ok()) {
      ++succeeded;
    } else {
      EXPECT_THAT(issuance.outcome, IsRefused());
    }
  }
  EXPECT_EQ(succeeded, 1u);
  EXPECT_EQ(ca_.store().size(), 1u);
}

TEST_F(AdmissionJoinTokenTest, HasAsManyUsesAsItWasMadeWith) {
  const std::string token = NewToken(3);
  std::deque<RecordingIssuance> issuances;
  std::vector<Issuance*> batch;
  for (int i = 0; i < 5; ++i) {
    UseToken(token, &issuances.emplace_back(csr_));
    batch.push_back(&issuances.back());
  }
  ca_.issuer().IssueBatch(batch);
  EXPECT_EQ(std::count_if(issuances.begin(), issuances.end(),
                          [](const auto& issuance) { return issuance.outcome.ok(); }),
            3);
  EXPECT_EQ(ca_.store().size(), 3u);
  EXPECT_EQ(StateOf(token).uses, 3u);
}

TEST_F(AdmissionJoinTokenTest, ALostAnswerIsGivenAgain) {
  const std::string token = NewToken();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate first, Try(token, csr_, kRequestId));
  // Also when the token has long expired.
  for (const absl::Duration later : {absl::ZeroDuration(), absl::Hours(1)}) {
    ca_.clock().Advance(later);
    FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate again, Try(token, csr_, kRequestId));
    EXPECT_EQ(again.certificate, first.certificate);
    EXPECT_TRUE(again.replayed);
  }
  // Nothing else is: not for another key, not by another token, not without the id.
  const std::string other = MakeCsr({.key_type = KeyType::kP384, .attributes = std::string()});
  EXPECT_THAT(Try(token, other, kRequestId), IsRefused());
  EXPECT_THAT(Try("fcj_other", csr_, kRequestId), IsRefused());
  EXPECT_THAT(Try(token, csr_), IsRefused());
  EXPECT_EQ(ca_.store().size(), 1u);
}

TEST_F(AdmissionJoinTokenTest, AnIdThatIsUsedAgainForSomethingElseIsSaidToWhoHasAGoodToken) {
  const std::string token = NewToken(2);
  FLEETCA_ASSERT_OK(Try(token, csr_, kRequestId));
  const std::string other = MakeCsr({.key_type = KeyType::kP384, .attributes = std::string()});
  EXPECT_THAT(Try(token, other, kRequestId),
              IsError(absl::StatusCode::kAlreadyExists, Reason::kRequestIdReused));
  EXPECT_EQ(StateOf(token).uses, 1u);
}

TEST_F(AdmissionJoinTokenTest, WhatFailsDoesNotUseItUp) {
  const std::string token = NewToken();
  std::string unproven = csr_;
  unproven.back() ^= 1;
  EXPECT_THAT(Try(token, unproven), IsInvalid(Reason::kSignatureInvalid, "csr.signature"));
  EXPECT_THAT(Try(token, "not a CSR"), IsInvalid(Reason::kCsrMalformed, "csr"));
  RecordingIssuance validate(csr_);
  UseToken(token, &validate);
  validate.request.validate_only = true;
  FLEETCA_EXPECT_OK(Run(validate));
  ca_.store().FailAppends(Unavailable(Reason::kStoreUnavailable, "the disk is full"));
  EXPECT_THAT(Try(token), IsError(absl::StatusCode::kUnavailable, Reason::kStoreUnavailable));
  ca_.store().FailAppends(absl::OkStatus());
  EXPECT_EQ(StateOf(token).uses, 0u);
  FLEETCA_EXPECT_OK(Try(token));
}

TEST_F(AdmissionJoinTokenTest, AClockThatIsSetBackBringsNoTokenBack) {
  const std::string token = NewToken(1, absl::Minutes(1));
  ca_.clock().Advance(absl::Minutes(2));
  FLEETCA_ASSERT_OK(ca_.Issue(MakeCsr()));  // the store has seen the time
  ca_.clock().Advance(-absl::Minutes(2));
  EXPECT_THAT(Try(token), IsRefused());
}

TEST_F(AdmissionJoinTokenTest, ATokenWhoseGrantThePolicyTookBackIsRefusedLikeAnyOther) {
  const std::string token = NewToken();
  PolicyOptions without = testing::TestPolicyOptions();
  without.revision = 2;
  without.rules.pop_back();
  ca_.SetPolicy(without);
  EXPECT_THAT(Try(token), IsRefused());
}

TEST_F(AdmissionJoinTokenTest, TheTokensUseIsInTheCertificatesOwnWrite) {
  std::vector<std::string> tokens;
  for (int i = 0; i < 20; ++i) {
    tokens.push_back(NewToken());
  }
  std::deque<RecordingIssuance> issuances;
  std::vector<Issuance*> batch;
  for (const std::string& token : tokens) {
    UseToken(token, &issuances.emplace_back(csr_));
    batch.push_back(&issuances.back());
  }
  const uint64_t before = ca_.store().stats().commit_microseconds.Snapshot().count();
  ca_.issuer().IssueBatch(batch);
  EXPECT_EQ(ca_.store().stats().commit_microseconds.Snapshot().count(), before + 1);
  EXPECT_EQ(ca_.store().size(), 20u);
}

// A token's uses come together, as do those of as many tokens.
TEST_F(AdmissionJoinTokenTest, ManyHostsByOneTokenAreOneWriteABatch) {
  constexpr size_t kHosts = 1500;
  constexpr size_t kBatch = 64;
  const std::string token = NewToken(kHosts - 1);
  const uint64_t before = ca_.store().stats().commit_records.Snapshot().count();
  size_t issued = 0;
  for (size_t first = 0; first < kHosts; first += kBatch) {
    std::deque<RecordingIssuance> issuances;
    std::vector<Issuance*> batch;
    for (size_t i = first; i < std::min(first + kBatch, kHosts); ++i) {
      UseToken(token, &issuances.emplace_back(csr_));
      batch.push_back(&issuances.back());
    }
    ca_.issuer().IssueBatch(batch);
    for (const RecordingIssuance& issuance : issuances) {
      EXPECT_EQ(issuance.answers, 1);
      issued += issuance.outcome.ok() ? 1 : 0;
    }
  }
  EXPECT_EQ(issued, kHosts - 1);
  EXPECT_EQ(StateOf(token).uses, kHosts - 1);
  EXPECT_EQ(ca_.store().stats().commit_records.Snapshot().count(),
            before + (kHosts + kBatch - 1) / kBatch);
  EXPECT_THAT(Try(token), IsRefused());
}

// Refusals take the same way, a hash and one look-up, so that none is told by its time. The least
// of many is compared, as a busy machine only ever adds.
TEST_F(AdmissionJoinTokenTest, RefusalsTakeTheSameTime) {
  const std::string used = NewToken();
  FLEETCA_ASSERT_OK(Try(used));
  const std::string expired = NewToken(1, absl::Seconds(1));
  ca_.clock().Advance(absl::Seconds(2));
  const auto least = [this](absl::string_view token) {
    auto best = std::chrono::nanoseconds::max();
    for (int i = 0; i < 500; ++i) {
      const auto start = std::chrono::steady_clock::now();
      Try(token).IgnoreError();
      best = std::min(best, std::chrono::steady_clock::now() - start);
    }
    return best;
  };
  least("fcj_warm-up");
  const auto unknown = least("fcj_unknown");
  for (const std::string& token : {used, expired}) {
    const auto time = least(token);
    EXPECT_LT(time, 2 * unknown + std::chrono::microseconds(10));
    EXPECT_LT(unknown, 2 * time + std::chrono::microseconds(10));
  }
}

}  // namespace
}  // namespace fleetca::service
