// A request_id, through the issuer: one certificate for one request, however often it is sent.
#include <gtest/gtest.h>

#include <deque>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/errors.h"
#include "service/issuance/issuer.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_issuer.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::CsrOptions;
using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::MakeCsr;
using ::fleetca::testing::RecordingIssuance;
using ::fleetca::testing::TestIssuer;

constexpr char kRequestId[] = "0123456789abcdef";

CsrOptions Named(absl::string_view uri) {
  CsrOptions options;
  options.names = {{x509::NameType::kUri, uri}};
  return options;
}

TEST(RequestIdTest, TheSameRequestIdReplaysTheSameCertificate) {
  TestIssuer ca;
  const std::string csr = MakeCsr();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate first, ca.Issue(csr, kRequestId));
  ca.clock().Advance(absl::Hours(1));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate again, ca.Issue(csr, kRequestId));
  EXPECT_EQ(again.certificate, first.certificate);
  EXPECT_EQ(again.serial_number, first.serial_number);
  EXPECT_EQ(again.renew_after, first.renew_after);
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(ca.store().size(), 1u);
}

TEST(RequestIdTest, ARequestIdIsReplayedAsLongAsItsCertificateIsValidAndThenSaysSo) {
  TestIssuer ca;
  const std::string csr = MakeCsr();
  RecordingIssuance long_lived(csr, kRequestId);
  long_lived.request.lifetime = absl::Hours(48);
  RecordingIssuance short_lived(csr, "fedcba9876543210");
  short_lived.request.lifetime = absl::Hours(1);
  const auto ask = [&ca](RecordingIssuance& issuance) {
    Issuance* batch[] = {&issuance};
    ca.issuer().IssueBatch(batch);
    return issuance.outcome;
  };
  FLEETCA_ASSERT_OK(ask(long_lived));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate first, ask(short_lived));
  // A day at least, though it has expired.
  ca.clock().Advance(absl::Hours(24) - absl::Seconds(1));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate again, ask(short_lived));
  EXPECT_EQ(again.certificate, first.certificate);
  FLEETCA_EXPECT_OK(ask(long_lived));
  ca.clock().Advance(absl::Seconds(1));
  const absl::Status expired = ask(short_lived).status();
  EXPECT_THAT(expired, IsError(absl::StatusCode::kFailedPrecondition, Reason::kRequestIdExpired));
  EXPECT_EQ(GetField(expired), "request_id");
  FLEETCA_EXPECT_OK(ask(long_lived));
  ca.clock().Advance(absl::Hours(24));
  EXPECT_THAT(ask(long_lived),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kRequestIdExpired));
  EXPECT_EQ(ca.store().size(), 2u);
}

TEST(RequestIdTest, ARequestIdIsRefusedForAnotherRequest) {
  TestIssuer ca;
  FLEETCA_ASSERT_OK(ca.Issue(MakeCsr(), kRequestId));
  // Another CSR, and the same CSR with another lifetime.
  EXPECT_THAT(ca.Issue(MakeCsr(Named("spiffe://fleet.test/svc/db")), kRequestId),
              IsError(absl::StatusCode::kAlreadyExists, Reason::kRequestIdReused));
  const std::string csr = MakeCsr();
  RecordingIssuance longer(csr, kRequestId);
  longer.request.lifetime = absl::Hours(48);
  Issuance* batch[] = {&longer};
  ca.issuer().IssueBatch(batch);
  EXPECT_THAT(longer.outcome, IsError(absl::StatusCode::kAlreadyExists, Reason::kRequestIdReused));
  EXPECT_EQ(ca.store().size(), 1u);
}

TEST(RequestIdTest, RequestIdsHaveBounds) {
  TestIssuer ca;
  for (const size_t size : {1, 15, 65, 1000}) {
    EXPECT_THAT(ca.Issue(MakeCsr(), std::string(size, 'x')),
                IsInvalid(Reason::kRequestIdInvalid, "request_id"))
        << size;
  }
  FLEETCA_EXPECT_OK(ca.Issue(MakeCsr(), std::string(16, 'x')));
  FLEETCA_EXPECT_OK(ca.Issue(MakeCsr(), std::string(64, 'x')));
}

TEST(RequestIdTest, OneRequestIdTwiceInABatchIsOneCertificate) {
  TestIssuer ca;
  const std::string csr = MakeCsr();
  RecordingIssuance first(csr, kRequestId);
  RecordingIssuance second(csr, kRequestId);
  const std::string other_csr = MakeCsr(Named("spiffe://fleet.test/svc/db"));
  RecordingIssuance other(other_csr, kRequestId);
  Issuance* batch[] = {&first, &second, &other};
  ca.issuer().IssueBatch(batch);
  FLEETCA_ASSERT_OK(first.outcome);
  FLEETCA_ASSERT_OK(second.outcome);
  EXPECT_EQ(first.outcome->certificate, second.outcome->certificate);
  EXPECT_THAT(other.outcome, IsError(absl::StatusCode::kAlreadyExists, Reason::kRequestIdReused));
  EXPECT_EQ(ca.store().size(), 1u);
}

TEST(RequestIdTest, ARefusedRequestDoesNotUseUpItsId) {
  TestIssuer ca;
  EXPECT_THAT(ca.Issue(MakeCsr(Named("spiffe://fleet.test/user/x")), kRequestId),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed));
  FLEETCA_EXPECT_OK(ca.Issue(MakeCsr(), kRequestId));
}

TEST(RequestIdTest, RacingRetriesGiveOneCertificate) {
  TestIssuer ca;
  const std::string csr = MakeCsr();
  constexpr int kThreads = 8;
  std::deque<RecordingIssuance> issuances;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    issuances.emplace_back(csr, kRequestId);
  }
  for (RecordingIssuance& issuance : issuances) {
    threads.emplace_back([&ca, &issuance] {
      Issuance* batch[] = {&issuance};
      ca.issuer().IssueBatch(batch);
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  std::set<std::string> certificates;
  for (RecordingIssuance& issuance : issuances) {
    EXPECT_EQ(issuance.answers, 1);
    FLEETCA_ASSERT_OK(issuance.outcome);
    certificates.insert(issuance.outcome->certificate);
  }
  EXPECT_EQ(certificates.size(), 1u);
  EXPECT_EQ(ca.store().size(), 1u);
}

}  // namespace
}  // namespace fleetca::service
