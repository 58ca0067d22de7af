#include "service/rpc/messages.h"

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/policy/decision_summary.h"
#include "tests/testing/status_matchers.h"
#include "x509/pem.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsInvalid;
using ::testing::ElementsAre;

constexpr int64_t kMaxSeconds = 315'576'000'000;

google::protobuf::Duration Lifetime(int64_t seconds, int32_t nanos) {
  google::protobuf::Duration lifetime;
  lifetime.set_seconds(seconds);
  lifetime.set_nanos(nanos);
  return lifetime;
}

TEST(MessagesTest, ARequestIsReadFieldByField) {
  v1::IssueCertificateRequest message;
  message.set_csr_der("a CSR");
  message.set_profile("service");
  message.set_request_id("id");
  message.set_validate_only(true);
  message.set_identity("spiffe://fleet.test/svc/web");
  *message.mutable_lifetime() = Lifetime(60, 5);
  std::string der;
  IssueRequest request;
  FLEETCA_ASSERT_OK(ReadIssueRequest(message, &der, &request));
  EXPECT_EQ(request.csr_der, "a CSR");
  EXPECT_EQ(request.profile, "service");
  EXPECT_EQ(request.request_id, "id");
  EXPECT_TRUE(request.validate_only);
  EXPECT_EQ(request.identity, "spiffe://fleet.test/svc/web");
  EXPECT_EQ(request.lifetime, absl::Seconds(60) + absl::Nanoseconds(5));
}

TEST(MessagesTest, ARenewalIsReadFromEitherMessage) {
  v1::RenewCertificateRequest message;
  message.set_profile("service");
  message.set_request_id("id");
  message.set_validate_only(true);
  *message.mutable_lifetime() = Lifetime(60, 0);
  std::string der;
  IssueRequest request;
  FLEETCA_ASSERT_OK(ReadIssueRequest(message, &der, &request));
  EXPECT_TRUE(request.renewal);
  EXPECT_EQ(request.csr_der, "");
  EXPECT_EQ(request.profile, "service");
  EXPECT_EQ(request.request_id, "id");
  EXPECT_TRUE(request.validate_only);
  EXPECT_EQ(request.lifetime, absl::Seconds(60));
  message.set_csr_pem(x509::EncodePem(x509::kPemCertificateRequest, "a CSR"));
  FLEETCA_ASSERT_OK(ReadIssueRequest(message, &der, &request));
  EXPECT_EQ(request.csr_der, "a CSR");
  message.set_csr_pem("no PEM");
  EXPECT_THAT(ReadIssueRequest(message, &der, &request),
              IsInvalid(Reason::kCsrMalformed, "csr_pem"));

  v1::IssueCertificateRequest item;
  IssueRequest of_item;
  FLEETCA_ASSERT_OK(ReadIssueRequest(item, &der, &of_item));
  EXPECT_FALSE(of_item.renewal);
  item.mutable_renewal();
  FLEETCA_ASSERT_OK(ReadIssueRequest(item, &der, &of_item));
  EXPECT_TRUE(of_item.renewal);
}

TEST(MessagesTest, WhatIsNotAskedForStaysEmpty) {
  std::string der;
  IssueRequest request;
  FLEETCA_ASSERT_OK(ReadIssueRequest(v1::IssueCertificateRequest(), &der, &request));
  EXPECT_EQ(request.csr_der, "");
  EXPECT_EQ(request.lifetime, std::nullopt);
  EXPECT_FALSE(request.validate_only);
}

TEST(MessagesTest, APemRequestIsDecodedAndAnythingElseInItsPlaceRefused) {
  v1::IssueCertificateRequest message;
  message.set_csr_pem(x509::EncodePem(x509::kPemCertificateRequest, "octets"));
  std::string der;
  IssueRequest request;
  FLEETCA_ASSERT_OK(ReadIssueRequest(message, &der, &request));
  EXPECT_EQ(request.csr_der, "octets");
  EXPECT_EQ(request.csr_der.data(), der.data());
  for (const std::string& pem :
       {std::string(), std::string("junk"), x509::EncodePem(x509::kPemCertificate, "octets"),
        message.csr_pem() + message.csr_pem()}) {
    v1::IssueCertificateRequest other;
    other.set_csr_pem(pem);
    EXPECT_THAT(ReadIssueRequest(other, &der, &request),
                IsInvalid(Reason::kCsrMalformed, "csr_pem"))
        << pem;
  }
}

TEST(MessagesTest, ALifetimeIsWhatADurationMayBe) {
  for (const auto& valid :
       {Lifetime(0, 0), Lifetime(kMaxSeconds, 999'999'999), Lifetime(-kMaxSeconds, -999'999'999),
        Lifetime(0, 999'999'999), Lifetime(0, -1), Lifetime(1, 0)}) {
    FLEETCA_EXPECT_OK(ReadLifetime(valid)) << valid.ShortDebugString();
  }
  EXPECT_EQ(*ReadLifetime(Lifetime(1, 1)), absl::Seconds(1) + absl::Nanoseconds(1));
  for (const auto& invalid :
       {Lifetime(kMaxSeconds + 1, 0), Lifetime(-kMaxSeconds - 1, 0), Lifetime(0, 1'000'000'000),
        Lifetime(0, -1'000'000'000), Lifetime(1, -1), Lifetime(-1, 1), Lifetime(INT64_MAX, 0),
        Lifetime(INT64_MIN, 0), Lifetime(0, INT32_MIN)}) {
    EXPECT_THAT(ReadLifetime(invalid), IsInvalid(Reason::kLifetimeInvalid, "lifetime"))
        << invalid.ShortDebugString();
  }
  v1::IssueCertificateRequest message;
  *message.mutable_lifetime() = Lifetime(1, -1);
  std::string der;
  IssueRequest request;
  EXPECT_THAT(ReadIssueRequest(message, &der, &request),
              IsInvalid(Reason::kLifetimeInvalid, "lifetime"));
}

TEST(MessagesTest, ACertificateIsWrittenWithItsTimes) {
  IssuedCertificate issued;
  issued.certificate = "certificate";
  issued.serial_number = "serial";
  issued.not_before = absl::FromUnixSeconds(100);
  issued.not_after = absl::FromUnixSeconds(200);
  issued.renew_after = absl::FromUnixSeconds(150) + absl::Nanoseconds(7);
  issued.replayed = true;
  v1::IssuedCertificate message;
  WriteIssuedCertificate(issued, &message);
  EXPECT_EQ(message.certificate_der(), "certificate");
  EXPECT_EQ(message.serial_number(), "serial");
  EXPECT_EQ(message.not_before().seconds(), 100);
  EXPECT_EQ(message.not_after().seconds(), 200);
  EXPECT_EQ(message.renew_after().seconds(), 150);
  EXPECT_EQ(message.renew_after().nanos(), 7);
  EXPECT_TRUE(message.replayed());
  EXPECT_FALSE(message.has_decision());
}

TEST(MessagesTest, ADecisionIsWrittenWhereThereIsOne) {
  auto decision = std::make_shared<DecisionSummary>();
  decision->identity = "spiffe://fleet.test/svc/web";
  decision->caller_rule = "operators";
  decision->subject_rule = "services";
  decision->profile = "service";
  decision->names = {"URI:spiffe://fleet.test/svc/web", "DNS:web.fleet.test"};
  decision->roles = {"reader"};
  decision->audience = {"db"};
  decision->attributes = {{"team", "blue"}};
  decision->lifetime = absl::Hours(1);
  decision->max_lifetime = absl::Hours(2);
  decision->policy_revision = 7;
  IssuedCertificate issued;
  issued.decision = decision;
  v1::IssuedCertificate message;
  WriteIssuedCertificate(issued, &message);
  const v1::Decision& written = message.decision();
  EXPECT_EQ(written.identity(), decision->identity);
  EXPECT_EQ(written.caller_rule(), "operators");
  EXPECT_EQ(written.subject_rule(), "services");
  EXPECT_EQ(written.profile(), "service");
  EXPECT_THAT(written.names(), ElementsAre(decision->names[0], decision->names[1]));
  EXPECT_THAT(written.roles(), ElementsAre("reader"));
  EXPECT_THAT(written.audience(), ElementsAre("db"));
  ASSERT_EQ(written.attributes_size(), 1);
  EXPECT_EQ(written.attributes(0).name(), "team");
  EXPECT_EQ(written.attributes(0).value(), "blue");
  EXPECT_EQ(written.lifetime().seconds(), 3600);
  EXPECT_EQ(written.max_lifetime().seconds(), 7200);
  EXPECT_EQ(written.policy_revision(), 7);
}

TEST(MessagesTest, ATimestampsNanosecondsCountForward) {
  google::protobuf::Timestamp message;
  WriteTimestamp(absl::FromUnixSeconds(5) + absl::Milliseconds(250), &message);
  EXPECT_EQ(message.seconds(), 5);
  EXPECT_EQ(message.nanos(), 250'000'000);
  // Before 1970 as well, as google.protobuf.Timestamp says.
  WriteTimestamp(absl::FromUnixSeconds(-5) + absl::Milliseconds(250), &message);
  EXPECT_EQ(message.seconds(), -5);
  EXPECT_EQ(message.nanos(), 250'000'000);
}

}  // namespace
}  // namespace fleetca::service
