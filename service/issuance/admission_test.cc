#include "service/issuance/admission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "service/caller/bearer_token.h"
#include "service/issuance/request_key.h"
#include "store/memory/memory_store.h"
#include "tests/testing/status_matchers.h"
#include "x509/serial.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr absl::string_view kWeb = "spiffe://fleet.test/svc/web";
constexpr absl::string_view kDb = "spiffe://fleet.test/svc/db";
constexpr absl::string_view kRequestId = "0123456789abcdef";
const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);
const absl::Time kExpiry = kNow + absl::Hours(1);

class WaitingIssuance : public Issuance {
 public:
  WaitingIssuance(Caller who, absl::string_view request_id) {
    caller = std::make_shared<const Caller>(std::move(who));
    request = {.csr_der = "CSR", .profile = "service", .request_id = request_id};
  }
  void Answer(absl::StatusOr<IssuedCertificate>) override { FAIL() << "admission answers nothing"; }
};

// One issuance and what admission made of it.
struct Asked {
  explicit Asked(Caller who, absl::string_view request_id = "")
      : issuance(std::move(who), request_id), item(&issuance) {}

  WaitingIssuance issuance;
  IssuanceItem item;
};

class AdmissionTest : public ::testing::Test {
 protected:
  bool Admit(Asked& asked) { return admission_.Admit(asked.item, revocations_, kNow, &waiters_); }
  void Release(Asked& asked) { admission_.Release(asked.item, &waiters_); }

  // What the request of `asked` was answered with earlier.
  void Record(const Asked& asked, absl::string_view digest) {
    const auto serial = x509::SerialNumber::Create(kExpiry, 1, kNow);
    FLEETCA_ASSERT_OK(serial);
    const std::vector<store::CertificateRecord> records = {
        {.serial = std::string(serial->bytes()),
         .certificate = "the first answer",
         .identity = std::string(kWeb),
         .requester = std::string(kWeb),
         .profile = "service",
         .request_key = RequestKey(kWeb, asked.issuance.request.request_id),
         .request_digest = std::string(digest),
         .issued_at = kNow,
         .not_before = kNow,
         .not_after = kExpiry}};
    FLEETCA_ASSERT_OK(store_.Write({.certificates = records, .token_uses = {}, .jwt_uses = {}}));
  }

  void AddToken(const std::string& hash, absl::Time expires_at = kExpiry) {
    const std::vector<store::JoinToken> tokens = {{.hash = hash,
                                                   .identity = std::string(kDb),
                                                   .profile = "host",
                                                   .creator = std::string(kWeb),
                                                   .created_at = kNow - absl::Hours(1),
                                                   .expires_at = expires_at,
                                                   .uses = 2}};
    FLEETCA_ASSERT_OK(store_.Write({.new_tokens = tokens}));
  }

  static Caller ByCertificate() { return CertificateCaller{.spiffe_id = std::string(kWeb)}; }
  static Caller ByJwt(char id) {
    return JwtCaller{.spiffe_id = std::string(kWeb),
                     .one_use = OneUseJwt{.id_hash = std::string(32, id), .expires_at = kExpiry}};
  }

  store::MemoryStore store_;
  RevocationGuard revocations_{nullptr};
  Admission admission_{store_};
  std::vector<Issuance*> waiters_;
  const std::string hash_ = std::string(32, 'h');
};

TEST_F(AdmissionTest, ACertificateSpeaksForItsIdentityAndHoldsNothingWithoutARequestId) {
  Asked first(ByCertificate()), second(ByCertificate());
  for (Asked* asked : {&first, &second}) {
    EXPECT_TRUE(Admit(*asked));
    EXPECT_TRUE(asked->item.alive());
    EXPECT_EQ(asked->item.caller, kWeb);
    EXPECT_EQ(asked->item.profile, "service");
    EXPECT_THAT(asked->item.claims, IsEmpty());
  }
}

TEST_F(AdmissionTest, WhatComesTooLateIsRefusedAndHoldsNothing) {
  Asked cancelled(ByCertificate(), kRequestId), late(ByCertificate(), kRequestId);
  Asked expired(CertificateCaller{.spiffe_id = std::string(kWeb), .not_after = kNow}, kRequestId);
  cancelled.issuance.cancelled = true;
  late.issuance.deadline = kNow;
  for (Asked* asked : {&cancelled, &late, &expired}) {
    EXPECT_TRUE(Admit(*asked));
    EXPECT_THAT(asked->item.claims, IsEmpty());
  }
  EXPECT_THAT(cancelled.item.status, IsError(absl::StatusCode::kCancelled, Reason::kCancelled));
  EXPECT_THAT(late.item.status,
              IsError(absl::StatusCode::kDeadlineExceeded, Reason::kDeadlineExceeded));
  EXPECT_THAT(expired.item.status,
              IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerCertificateExpired));
}

TEST_F(AdmissionTest, ARequestIdIsHeldUntilItIsReleased) {
  Asked first(ByCertificate(), kRequestId), second(ByCertificate(), kRequestId);
  EXPECT_TRUE(Admit(first));
  EXPECT_TRUE(first.item.alive());
  EXPECT_FALSE(Admit(second));
  EXPECT_THAT(waiters_, IsEmpty());
  Release(first);
  EXPECT_THAT(waiters_, ElementsAre(&second.issuance));
  Asked again(ByCertificate(), kRequestId);
  EXPECT_TRUE(Admit(again));
  Release(again);
}

TEST_F(AdmissionTest, AnotherCallersRequestIdIsAnother) {
  Asked web(ByCertificate(), kRequestId);
  Asked db(CertificateCaller{.spiffe_id = std::string(kDb)}, kRequestId);
  EXPECT_TRUE(Admit(web));
  EXPECT_TRUE(Admit(db));
  Release(web);
  Release(db);
  EXPECT_THAT(waiters_, IsEmpty());
}

TEST_F(AdmissionTest, ValidateOnlyHoldsNoRequestId) {
  Asked first(ByCertificate(), kRequestId), second(ByCertificate(), kRequestId);
  for (Asked* asked : {&first, &second}) {
    asked->issuance.request.validate_only = true;
    EXPECT_TRUE(Admit(*asked));
    EXPECT_EQ(asked->item.request_key, "");
  }
}

TEST_F(AdmissionTest, ARequestThatWasAnsweredIsDoneAndLetGo) {
  Asked first(ByCertificate(), kRequestId), second(ByCertificate(), kRequestId);
  Record(first, RequestDigest(first.issuance.request, "service"));
  for (Asked* asked : {&first, &second}) {
    EXPECT_TRUE(Admit(*asked));
    EXPECT_TRUE(asked->item.done);
    EXPECT_TRUE(asked->item.answer.replayed);
    EXPECT_EQ(asked->item.answer.certificate, "the first answer");
  }
}

TEST_F(AdmissionTest, ARequestIdOfAnotherRequestIsRefusedAndLetGo) {
  Asked first(ByCertificate(), kRequestId), second(ByCertificate(), kRequestId);
  Record(first, std::string(32, 'd'));
  for (Asked* asked : {&first, &second}) {
    EXPECT_TRUE(Admit(*asked));
    EXPECT_THAT(asked->item.status,
                IsError(absl::StatusCode::kAlreadyExists, Reason::kRequestIdReused));
  }
}

TEST_F(AdmissionTest, ABadRequestIdIsRefused) {
  Asked asked(ByCertificate(), "short");
  EXPECT_TRUE(Admit(asked));
  EXPECT_THAT(asked.item.status,
              IsError(absl::StatusCode::kInvalidArgument, Reason::kRequestIdInvalid));
}

TEST_F(AdmissionTest, AJoinTokenSaysIdentityAndProfileAndIsHeld) {
  AddToken(hash_);
  Asked first(JoinTokenCaller{.hash = hash_}), second(JoinTokenCaller{.hash = hash_}),
      third(JoinTokenCaller{.hash = hash_});
  for (Asked* asked : {&first, &second, &third}) {
    asked->issuance.request.profile = "";
  }
  EXPECT_TRUE(Admit(first));
  EXPECT_TRUE(first.item.alive()) << first.item.status;
  EXPECT_EQ(first.item.caller, kDb);
  EXPECT_EQ(first.item.profile, "host");
  EXPECT_TRUE(first.item.join_token.has_value());
  // It has two uses, and as many requests at a time hold it.
  EXPECT_TRUE(Admit(second));
  EXPECT_FALSE(Admit(third));
  Release(first);
  EXPECT_THAT(waiters_, ElementsAre(&third.issuance));
}

TEST_F(AdmissionTest, JoinTokensOfNoUseAreRefusedInTheSameWordsAndLetGo) {
  const std::string expired(32, 'x');
  AddToken(hash_);
  AddToken(expired, kNow);
  Asked unknown(JoinTokenCaller{.hash = std::string(32, 'u')});
  Asked of_the_past(JoinTokenCaller{.hash = expired});
  of_the_past.issuance.request.profile = "";
  Asked other_profile(JoinTokenCaller{.hash = hash_});
  for (Asked* asked : {&unknown, &of_the_past, &other_profile}) {
    EXPECT_TRUE(Admit(*asked));
    EXPECT_EQ(asked->item.status, TokenRefused());
    EXPECT_THAT(asked->item.claims, IsEmpty());
    EXPECT_TRUE(Admit(*asked)) << "nothing was left behind";
  }
  EXPECT_THAT(waiters_, IsEmpty());
}

TEST_F(AdmissionTest, AOneUseJwtIsHeldBesideItsRequestId) {
  Asked first(ByJwt('1'), kRequestId), same_jwt(ByJwt('1')), same_id(ByJwt('2'), kRequestId);
  EXPECT_TRUE(Admit(first));
  EXPECT_TRUE(first.item.alive()) << first.item.status;
  EXPECT_FALSE(Admit(same_jwt));
  EXPECT_FALSE(Admit(same_id));
  // Who waits for the id holds the other JWT no more.
  Asked second_jwt(ByJwt('2'));
  EXPECT_TRUE(Admit(second_jwt));
  Release(second_jwt);
  EXPECT_THAT(waiters_, IsEmpty());
  Release(first);
  EXPECT_THAT(waiters_, ElementsAre(&same_jwt.issuance, &same_id.issuance));
}

TEST_F(AdmissionTest, OctetsOfOneKindAreNoOtherKindsKey) {
  AddToken(hash_);
  Asked token(JoinTokenCaller{.hash = hash_});
  token.issuance.request.profile = "";
  Asked jwt(ByJwt('h'));
  EXPECT_TRUE(Admit(token));
  EXPECT_TRUE(Admit(jwt));
  EXPECT_TRUE(token.item.alive());
  EXPECT_TRUE(jwt.item.alive());
  Release(token);
  Release(jwt);
}

TEST_F(AdmissionTest, AJwtThatExpiredWhileItWaitedIsRefused) {
  Asked asked(JwtCaller{.spiffe_id = std::string(kWeb),
                        .one_use = OneUseJwt{.id_hash = std::string(32, 'j'), .expires_at = kNow}});
  EXPECT_TRUE(Admit(asked));
  EXPECT_EQ(asked.item.status, TokenRefused());
}

}  // namespace
}  // namespace fleetca::service
