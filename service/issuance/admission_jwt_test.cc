// JWTs that are good for one certificate: nothing but a certificate uses one up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "service/issuance/issuer.h"
#include "service/join/join_token.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_issuer.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::MakeCsr;
using ::fleetca::testing::RecordingIssuance;
using ::fleetca::testing::TestIssuer;

constexpr absl::string_view kWeb = "spiffe://fleet.test/svc/web";
constexpr char kRequestId[] = "0123456789abcdef";

class AdmissionJwtTest : public ::testing::Test {
 protected:
  OneUseJwt NewJwt(absl::Duration lifetime = absl::Minutes(10)) {
    std::string hash(32, 'j');
    hash[0] = static_cast<char>(++last_jwt_);
    return {.id_hash = hash, .expires_at = ca_.clock().Now() + lifetime};
  }

  static void Show(const OneUseJwt& jwt, RecordingIssuance* issuance) {
    issuance->AskAs(JwtCaller{.spiffe_id = std::string(kWeb), .one_use = jwt});
  }

  // An issuance by the JWT, in a batch of its own.
  absl::StatusOr<IssuedCertificate> Try(const OneUseJwt& jwt, absl::string_view csr,
                                        absl::string_view request_id = "") {
    RecordingIssuance issuance(csr, request_id);
    Show(jwt, &issuance);
    return Run(issuance);
  }
  absl::StatusOr<IssuedCertificate> Try(const OneUseJwt& jwt) { return Try(jwt, csr_); }

  absl::StatusOr<IssuedCertificate> Run(RecordingIssuance& issuance) {
    Issuance* batch[] = {&issuance};
    ca_.issuer().IssueBatch(batch);
    EXPECT_EQ(issuance.answers, 1);
    return issuance.outcome;
  }

  static ::testing::Matcher<const absl::StatusOr<IssuedCertificate>&> IsRefused() {
    return ::testing::ResultOf(
        [](const absl::StatusOr<IssuedCertificate>& outcome) { return outcome.status(); },
        ::testing::Eq(TokenRefused()));
  }

  TestIssuer ca_;
  int last_jwt_ = 0;
  const std::string csr_ = MakeCsr({.attributes = std::string()});
};

TEST_F(AdmissionJwtTest, IsGoodForOneCertificate) {
  const OneUseJwt jwt = NewJwt();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate issued, Try(jwt));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const store::JwtUse use, ca_.store().GetJwtUse(jwt.id_hash));
  EXPECT_EQ(use.serial, issued.serial_number);
  EXPECT_GE(use.expires_at, jwt.expires_at);
  EXPECT_THAT(Try(jwt), IsRefused());
  EXPECT_THAT(Try(jwt, csr_, kRequestId), IsRefused());
  FLEETCA_EXPECT_OK(Try(NewJwt()));
  EXPECT_EQ(ca_.store().size(), 2u);
}

// What it was used for may be lost with what was written since the copy.
TEST_F(AdmissionJwtTest, OneFromBeforeTheStoreWasRestoredIsRefused) {
  const absl::Time restored = ca_.clock().Now();
  ca_.store().SetJwtsNotBefore(restored);
  OneUseJwt before = NewJwt();
  before.unused_before = restored - absl::Seconds(1);
  EXPECT_THAT(Try(before), IsRefused());
  EXPECT_THAT(Try(NewJwt()), IsRefused()) << "one that does not say when it was issued";
  OneUseJwt after = NewJwt();
  after.unused_before = restored;
  FLEETCA_EXPECT_OK(Try(after));
}

TEST_F(AdmissionJwtTest, Checklist44_WhatEndsWithoutACertificateDoesNotUseItUp) {
  const OneUseJwt jwt = NewJwt();
  std::string unproven = csr_;
  unproven.back() ^= 1;
  EXPECT_THAT(Try(jwt, unproven), IsInvalid(Reason::kSignatureInvalid, "csr.signature"));
  EXPECT_THAT(Try(jwt, "not a CSR"), IsInvalid(Reason::kCsrMalformed, "csr"));
  RecordingIssuance wrong_profile(csr_);
  Show(jwt, &wrong_profile);
  wrong_profile.request.profile = "user";
  EXPECT_THAT(Run(wrong_profile),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed));
  RecordingIssuance validate(csr_);
  Show(jwt, &validate);
  validate.request.validate_only = true;
  FLEETCA_EXPECT_OK(Run(validate));
  RecordingIssuance late(csr_);
  Show(jwt, &late);
  late.deadline = ca_.clock().Now();
  EXPECT_THAT(Run(late), IsError(absl::StatusCode::kDeadlineExceeded, Reason::kDeadlineExceeded));
  EXPECT_THAT(Try(jwt, csr_, "short"), IsInvalid(Reason::kRequestIdInvalid, "request_id"));
  ca_.store().FailAppends(Unavailable(Reason::kStoreUnavailable, "the disk is full"));
  EXPECT_THAT(Try(jwt), IsError(absl::StatusCode::kUnavailable, Reason::kStoreUnavailable));
  ca_.store().FailAppends(absl::OkStatus());
  FLEETCA_EXPECT_OK(Try(jwt));
}

TEST_F(AdmissionJwtTest, ALostAnswerIsGivenAgain) {
  const OneUseJwt jwt = NewJwt();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate first, Try(jwt, csr_, kRequestId));
  ca_.clock().Advance(absl::Minutes(9));
  // By the same JWT, and by the next one of the same identity, which stays good.
  const OneUseJwt next = NewJwt();
  for (const OneUseJwt& shown : {jwt, next}) {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate again, Try(shown, csr_, kRequestId));
    EXPECT_EQ(again.certificate, first.certificate);
    EXPECT_TRUE(again.replayed);
  }
  // Nothing else is given by the used one, and it is not told why.
  const std::string other = MakeCsr({.key_type = KeyType::kP384, .attributes = std::string()});
  EXPECT_THAT(Try(jwt, other, kRequestId), IsRefused());
  EXPECT_THAT(Try(next, other, kRequestId),
              IsError(absl::StatusCode::kAlreadyExists, Reason::kRequestIdReused));
  EXPECT_EQ(ca_.store().size(), 1u);
  FLEETCA_EXPECT_OK(Try(next));
}

// With and without request ids, so that a claim of one is never left behind for the other.
TEST_F(AdmissionJwtTest, OfFiftyAtOnceExactlyOneSucceeds) {
  constexpr size_t kTries = 50;
  constexpr size_t kThreads = 5;
  for (const bool with_ids : {false, true}) {
    const size_t before = ca_.store().size();
    const OneUseJwt jwt = NewJwt();
    std::deque<std::string> ids;
    std::deque<RecordingIssuance> issuances;
    for (size_t i = 0; i < kTries; ++i) {
      ids.push_back(absl::StrCat("request-of-index-", i));
      Show(jwt, &issuances.emplace_back(csr_, with_ids ? absl::string_view(ids.back()) : ""));
    }
    std::vector<std::thread> threads;
    for (size_t thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        std::vector<Issuance*> batch;
        for (size_t i = thread; i < kTries; i += kThreads) {
          batch.push_back(&issuances[i]);
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
    EXPECT_EQ(ca_.store().size(), before + 1);
  }
}

TEST_F(AdmissionJwtTest, ManyJwtsWithOneRequestIdBecomeOneCertificate) {
  std::deque<RecordingIssuance> issuances;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    Show(NewJwt(), &issuances.emplace_back(csr_, kRequestId));
  }
  for (RecordingIssuance& issuance : issuances) {
    threads.emplace_back([&] {
      Issuance* batch[] = {&issuance};
      ca_.issuer().IssueBatch(batch);
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (const RecordingIssuance& issuance : issuances) {
    FLEETCA_EXPECT_OK(issuance.outcome);
  }
  EXPECT_EQ(ca_.store().size(), 1u);
}

TEST_F(AdmissionJwtTest, AClockThatIsSetBackBringsNoneBack) {
  const OneUseJwt used = NewJwt();
  const OneUseJwt unused = NewJwt();
  FLEETCA_ASSERT_OK(Try(used));
  ca_.clock().Advance(absl::Hours(2));
  FLEETCA_ASSERT_OK(ca_.Issue(MakeCsr()));  // the store has seen the time; the use is dropped
  ca_.clock().Advance(absl::Minutes(11));
  FLEETCA_ASSERT_OK(ca_.Issue(MakeCsr()));
  EXPECT_THAT(ca_.store().GetJwtUse(used.id_hash),
              IsError(absl::StatusCode::kNotFound, Reason::kNotFound));
  ca_.clock().Advance(-absl::Minutes(131));
  EXPECT_THAT(Try(used), IsRefused());
  EXPECT_THAT(Try(unused), IsRefused());
}

}  // namespace
}  // namespace fleetca::service
