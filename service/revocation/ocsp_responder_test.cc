#include "service/revocation/ocsp_responder.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "service/revocation/testing/revoking_ca.h"
#include "tests/testing/status_matchers.h"
#include "x509/revocation/ocsp_reader.h"
#include "x509/revocation/ocsp_request.h"
#include "x509/revocation/ocsp_verify.h"
#include "x509/serial.h"

namespace fleetca::service {
namespace {

using x509::CertIdHash;
using x509::OcspCertStatus;
using x509::OcspResponseStatus;

class OcspResponderTest : public ::testing::Test {
 protected:
  OcspResponderTest() {
    std::vector<OcspIssuer> issuers;
    issuers.push_back({ca_.ca.certificate, [this](absl::string_view key, absl::Time now) {
                         return fault_.ok() ? ca_.delegate_issue()(key, now)
                                            : absl::StatusOr<std::string>(fault_);
                       }});
    auto made = OcspResponder::Create(std::move(issuers), {}, ca_.store, ca_.clock_rule);
    EXPECT_TRUE(made.ok()) << made.status();
    responder_ = *std::move(made);
    responder_->Look();
  }

  std::string Request(absl::string_view serial, CertIdHash hash = CertIdHash::kSha256,
                      absl::string_view nonce = "") const {
    return x509::BuildOcspRequest(hashes_, hash, serial, nonce);
  }

  std::shared_ptr<const OcspReply> Ask(absl::string_view serial,
                                       CertIdHash hash = CertIdHash::kSha256,
                                       absl::string_view nonce = "") {
    return responder_->Answer(Request(serial, hash, nonce));
  }

  // What a client reads in a signed answer.
  x509::OcspRevocation Read(const OcspReply& reply, absl::string_view serial,
                            absl::string_view nonce = "") {
    EXPECT_EQ(reply.status, OcspResponseStatus::kSuccessful)
        << x509::OcspResponseStatusName(reply.status);
    const auto response = x509::ParseOcspResponse(reply.der);
    EXPECT_TRUE(response.ok()) << response.status();
    if (!response.ok()) {
      return {};
    }
    EXPECT_EQ(response->nonce.has_value(), !nonce.empty());
    const auto single = x509::VerifyOcspResponse(
        *response,
        {.issuer = &ca_.certificate, .serial = serial, .nonce = nonce, .at = ca_.clock.Now()});
    EXPECT_TRUE(single.ok()) << single.status();
    if (!single.ok()) {
      return {};
    }
    EXPECT_EQ((*single)->next_update, reply.next_update);
    return (*single)->revocation;
  }

  RevokingCa ca_{1};
  absl::Status fault_;
  const x509::IssuerHashes hashes_{ca_.certificate};
  std::unique_ptr<OcspResponder> responder_;
};

TEST_F(OcspResponderTest, AnswersInTheHashAsked) {
  const std::string serial = ca_.Issue();
  for (const CertIdHash hash : {CertIdHash::kSha1, CertIdHash::kSha256}) {
    const auto reply = Ask(serial, hash);
    EXPECT_EQ(Read(*reply, serial).status, OcspCertStatus::kGood);
    const auto response = x509::ParseOcspResponse(reply->der);
    ASSERT_EQ(response->responses.size(), 1u);
    EXPECT_EQ(response->responses[0].cert_id.hash, hash);
    EXPECT_TRUE(reply->cacheable);
    EXPECT_LT(reply->refresh_at, reply->fresh_until);
    EXPECT_LT(reply->fresh_until, reply->next_update);
    EXPECT_EQ(reply->sha256.size(), 64u);
  }
}

TEST_F(OcspResponderTest, AKeptAnswerIsGivenOutUntilItIsToBeRenewed) {
  const std::string serial = ca_.Issue();
  const auto first = Ask(serial);
  ca_.Advance(absl::Hours(4) - absl::Seconds(1));
  EXPECT_EQ(Ask(serial), first);
  EXPECT_EQ(responder_->counts().from_cache, 1u);
  EXPECT_NE(Ask(serial, CertIdHash::kSha1), first);
  ca_.Advance(absl::Seconds(1));
  EXPECT_NE(Ask(serial), first);
  EXPECT_EQ(responder_->counts().signed_anew, 3u);
}

TEST_F(OcspResponderTest, ARevocationIsAnsweredAtOnce) {
  const std::string serial = ca_.Issue();
  const std::string other = ca_.Issue();
  EXPECT_EQ(Read(*Ask(serial), serial).status, OcspCertStatus::kGood);
  const auto of_other = Ask(other);
  ca_.Advance(absl::Minutes(1));
  ca_.Revoke(serial, store::RevocationReason::kSuperseded);
  auto revocation = Read(*Ask(serial), serial);
  EXPECT_EQ(revocation.status, OcspCertStatus::kRevoked);
  EXPECT_EQ(revocation.reason, x509::RevocationReason::kSuperseded);
  EXPECT_EQ(revocation.revoked_at, x509::kTestNow + absl::Minutes(1));
  EXPECT_EQ(Ask(other), of_other);
  ca_.Revoke(serial, store::RevocationReason::kKeyCompromise);
  EXPECT_EQ(Read(*Ask(serial), serial).reason, x509::RevocationReason::kKeyCompromise);
}

// By less than the clock rule minds.
TEST_F(OcspResponderTest, ARevocationIsAnsweredThoughTheClockWasSetBackSince) {
  const std::string serial = ca_.Issue();
  EXPECT_EQ(Read(*Ask(serial), serial).status, OcspCertStatus::kGood);
  ca_.Revoke(serial, store::RevocationReason::kKeyCompromise);
  ca_.clock.Advance(-absl::Minutes(2));
  const auto revocation = Read(*Ask(serial), serial);
  EXPECT_EQ(revocation.status, OcspCertStatus::kRevoked);
  EXPECT_EQ(revocation.reason, x509::RevocationReason::kKeyCompromise);
  EXPECT_EQ(revocation.revoked_at, ca_.clock.Now());
  ca_.clock.Advance(absl::Minutes(2));
  EXPECT_EQ(Read(*Ask(serial, CertIdHash::kSha1), serial).revoked_at, x509::kTestNow);
}

TEST_F(OcspResponderTest, ANonceIsEchoedAndItsAnswerNotKept) {
  const std::string serial = ca_.Issue();
  for (const std::string& nonce : {std::string("n"), std::string(128, 'n')}) {
    const auto reply = Ask(serial, CertIdHash::kSha256, nonce);
    EXPECT_EQ(Read(*reply, serial, nonce).status, OcspCertStatus::kGood);
    EXPECT_FALSE(reply->cacheable);
    EXPECT_EQ(reply->sha256, "");
    EXPECT_NE(Ask(serial, CertIdHash::kSha256, nonce), reply);
    EXPECT_NE(Ask(serial), reply);
  }
  EXPECT_EQ(Ask(serial, CertIdHash::kSha256, std::string(129, 'n'))->status,
            OcspResponseStatus::kMalformedRequest);
}

TEST_F(OcspResponderTest, WhatTheStoreNeverHeldIsUnknownForMinutesAndNotKept) {
  const absl::Time end = ca_.clock.Now() + absl::Hours(1);
  const auto serial = x509::SerialNumber::Create(end, 1, ca_.clock.Now());
  ASSERT_TRUE(serial.ok());
  for (const std::string& asked : {std::string(serial->bytes()), std::string("\x05")}) {
    const auto reply = Ask(asked);
    EXPECT_EQ(Read(*reply, asked).status, OcspCertStatus::kUnknown);
    EXPECT_LE(reply->next_update, ca_.clock.Now() + absl::Minutes(5));
    EXPECT_NE(Ask(asked), reply);
  }
  // Once it is there, it is good.
  const std::string issued = ca_.Issue();
  EXPECT_EQ(Read(*Ask(issued), issued).status, OcspCertStatus::kGood);
}

TEST_F(OcspResponderTest, WhatMayHaveBeenDroppedIsNotSpokenOf) {
  const std::string expired = ca_.Issue(absl::Hours(1));
  const std::string revoked = ca_.Issue(absl::Hours(1));
  ca_.Revoke(revoked);
  EXPECT_EQ(Read(*Ask(expired), expired).status, OcspCertStatus::kGood);
  ca_.Advance(absl::Hours(5));
  EXPECT_EQ(Ask(expired)->status, OcspResponseStatus::kUnauthorized);
  EXPECT_EQ(Read(*Ask(revoked), revoked).status, OcspCertStatus::kRevoked);
  ASSERT_TRUE(ca_.store.DropRevocations(ca_.clock.Now()).ok());
  ca_.Advance(absl::Hours(5));
  EXPECT_EQ(Ask(revoked)->status, OcspResponseStatus::kUnauthorized);
  FLEETCA_ASSERT_OK(ca_.store.Prune(ca_.clock.Now()));
  EXPECT_EQ(Ask(expired)->status, OcspResponseStatus::kUnauthorized);
}

TEST_F(OcspResponderTest, WhatARestoredStoreMayHaveLostIsNotUnknown) {
  const auto lost =
      x509::SerialNumber::Create(ca_.clock.Now() + absl::Hours(9), 1, ca_.clock.Now());
  ASSERT_TRUE(lost.ok());
  ca_.Advance(absl::Hours(1));
  ca_.store.SetJwtsNotBefore(ca_.clock.Now());
  EXPECT_EQ(Ask(lost->bytes())->status, OcspResponseStatus::kUnauthorized);
}

TEST_F(OcspResponderTest, AnotherCasCertificatesAndOtherRequestsAreRefused) {
  const x509::TestCa other = x509::MakeTestIssuingCa(ca_.root, KeyType::kP256);
  const auto certificate = x509::ParseCertificate(other.certificate);
  ASSERT_TRUE(certificate.ok());
  const std::string request = x509::BuildOcspRequest(x509::IssuerHashes(*certificate),
                                                     CertIdHash::kSha256, ca_.Issue(), "");
  EXPECT_EQ(responder_->Answer(request)->status, OcspResponseStatus::kUnauthorized);
  for (const std::string& malformed : {std::string(), std::string("x"), request + "x"}) {
    const auto reply = responder_->Answer(malformed);
    EXPECT_EQ(reply->status, OcspResponseStatus::kMalformedRequest);
    EXPECT_EQ(reply->der, x509::OcspErrorResponse(OcspResponseStatus::kMalformedRequest));
    EXPECT_FALSE(reply->cacheable);
  }
  EXPECT_EQ(responder_->counts().refused, 4u);
}

// Its key is gone, so nobody may sign for it; and what the CA in force did not issue is not good.
TEST_F(OcspResponderTest, AFormerIssuingCasCertificatesAreNeverGood) {
  const x509::TestCa former = x509::MakeTestIssuingCa(ca_.root, KeyType::kP256);
  const auto certificate = x509::ParseCertificate(former.certificate);
  ASSERT_TRUE(certificate.ok());
  auto record = ca_.store.GetBySerial(ca_.Issue());
  ASSERT_TRUE(record.ok());
  const auto serial = x509::SerialNumber::Create(record->not_after, 1, ca_.clock.Now());
  ASSERT_TRUE(serial.ok());
  record->serial = std::string(serial->bytes());
  record->issuer = former.key_id;
  store::Commit commit;
  commit.certificates = absl::MakeConstSpan(&*record, 1);
  ASSERT_TRUE(ca_.store.Write(commit).ok());
  const auto ask_all = [&] {
    for (const CertIdHash hash : {CertIdHash::kSha1, CertIdHash::kSha256}) {
      const std::string request =
          x509::BuildOcspRequest(x509::IssuerHashes(*certificate), hash, record->serial, "");
      EXPECT_EQ(responder_->Answer(request)->status, OcspResponseStatus::kUnauthorized);
      EXPECT_EQ(Read(*Ask(record->serial, hash), record->serial).status, OcspCertStatus::kUnknown);
    }
  };
  ask_all();
  ca_.Revoke(record->serial);
  ask_all();
}

TEST_F(OcspResponderTest, WithoutAClockItAnswersLater) {
  const std::string serial = ca_.Issue();
  Ask(serial);
  ca_.clock.Advance(-absl::Hours(1));
  EXPECT_EQ(Ask(serial)->status, OcspResponseStatus::kTryLater);
}

TEST_F(OcspResponderTest, AnExpiredDelegateSignsNothing) {
  const std::string serial = ca_.Issue(absl::Hours(24 * 30));
  fault_ = Unavailable(Reason::kStoreUnavailable, "The disk is full");
  ca_.Advance(absl::Hours(24 * 7) - absl::Hours(1));
  responder_->Look();
  // An answer does not outlive its signer.
  const auto last = Ask(serial);
  Read(*last, serial);
  EXPECT_LE(last->next_update, ca_.clock.Now() + absl::Hours(1));
  ca_.Advance(absl::Hours(1));
  EXPECT_EQ(Ask(serial)->status, OcspResponseStatus::kInternalError);
  EXPECT_EQ(GetReason(responder_->status()), Reason::kStoreUnavailable);
  fault_ = absl::OkStatus();
  responder_->Look();
  ca_.Advance(absl::Seconds(10));
  responder_->Look();
  EXPECT_EQ(Read(*Ask(serial), serial).status, OcspCertStatus::kGood);
}

TEST_F(OcspResponderTest, BeforeItsFirstDelegateItAnswersLater) {
  std::vector<OcspIssuer> issuers;
  issuers.push_back({ca_.ca.certificate, ca_.delegate_issue()});
  auto made = OcspResponder::Create(std::move(issuers), {}, ca_.store, ca_.clock_rule);
  ASSERT_TRUE(made.ok());
  EXPECT_EQ((*made)->Answer(Request(ca_.Issue()))->status, OcspResponseStatus::kTryLater);
  EXPECT_EQ(GetReason((*made)->status()), Reason::kOcspNotAnswered);
  EXPECT_EQ(GetReason(OcspResponder::Create({}, {.validity = absl::Hours(24 * 8)}, ca_.store,
                                            ca_.clock_rule)
                          .status()),
            Reason::kConfigInvalid);
}

}  // namespace
}  // namespace fleetca::service
