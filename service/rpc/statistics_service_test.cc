#include "service/rpc/statistics_service.h"

#include <grpcpp/test/default_reactor_test_peer.h>

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "service/call/wire_message.h"
#include "service/rpc/testing/rpc_fixture.h"
#include "store/memory/memory_store.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_time_witness.h"
#include "x509/possession.h"
#include "x509/serial.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::EdgeFixture;

v1::ServerDescription Described() {
  v1::ServerDescription description;
  description.set_issuer_key("P-256");
  return description;
}

class StatisticsServiceTest : public EdgeFixture {
 protected:
  grpc::Status Get(v1::GetStatisticsResponse* response) {
    grpc::CallbackServerContext context;
    grpc::testing::DefaultReactorTestPeer peer(&context);
    grpc::ByteBuffer request, octets;
    WriteMessage(v1::GetStatisticsRequest(), &request);
    service_.GetStatistics(&context, &request, &octets);
    EXPECT_TRUE(peer.test_status_set());
    if (peer.test_status().ok()) {
      EXPECT_TRUE(ReadMessage(octets, response).ok());
    }
    return peer.test_status();
  }

  IssuerStats issuing_;
  store::MemoryStore store_;
  std::vector<OwnCertificateState> own_certificates_;
  ::fleetca::testing::FakeClock clock_;
  ::fleetca::testing::FakeTimeWitness witness_{clock_};
  ClockRule clock_rule_{clock_, witness_, store_, ClockLimits()};
  KnownRevocations known_;
  const std::unique_ptr<EarlyRenewalOrders> orders_ =
      EarlyRenewalOrders::Load(store_, known_, clock_rule_, {}).value();
  RenewalWindows windows_{store_, *orders_, known_, clock_rule_};
  bool has_http_ = false;
  const std::unique_ptr<x509::PossessionVerifier> possession_ =
      x509::PossessionVerifier::Create(x509::LanesSetting::kOff);
  StatisticsService service_{Described(),
                             queue_,
                             issuing_,
                             store_.stats(),
                             [this] { return own_certificates_; },
                             {.windows = &windows_,
                              .possession = possession_.get(),
                              .http = [this](v1::HttpStatistics* http) {
                                http->set_ocsp_signed(6);
                                return has_http_;
                              }}};
};

TEST_F(StatisticsServiceTest, CountsTheWindowsThatWereTold) {
  const auto serial = x509::SerialNumber::Create(clock_.Now() + absl::Hours(1), 1, clock_.Now());
  ASSERT_TRUE(serial.ok());
  const store::CertificateRecord record{.serial = std::string(serial->bytes()),
                                        .certificate = "certificate",
                                        .identity = "spiffe://fleet.test/svc/web",
                                        .requester = "spiffe://fleet.test/svc/web",
                                        .profile = "service",
                                        .issued_at = clock_.Now(),
                                        .not_before = clock_.Now(),
                                        .not_after = clock_.Now() + absl::Hours(1)};
  ASSERT_TRUE(store_.Write({.certificates = {&record, 1}}).ok());
  known_.SetComplete(0);
  const absl::string_view asked = record.serial;
  ASSERT_TRUE(windows_.Find({&asked, 1}).ok());
  store::Revocation revocation;
  revocation.serial = record.serial;
  revocation.revoked_at = clock_.Now();
  known_.Apply(revocation);
  ASSERT_TRUE(windows_.Find({&asked, 1}).ok());
  v1::GetStatisticsResponse response;
  ASSERT_TRUE(Get(&response).ok());
  EXPECT_EQ(response.issuing().renewal_infos(), 2u);
  EXPECT_EQ(response.issuing().moved_windows(), 1u);
}

TEST_F(StatisticsServiceTest, TellsOfTheCertificatesThatTheCaHasForItself) {
  const absl::Time end = absl::FromUnixSeconds(1'800'000'000);
  OwnCertificateState server;
  server.certificate = {.what = "the server's certificate",
                        .file = "ca/server.crt",
                        .not_after = end,
                        .subject = "CN=ca",
                        .spiffe_id = "spiffe://fleet.test/svc/fleetca",
                        .serial_number = std::string("\x01\x00\xff", 3)};
  server.warning = "it ends soon; do something";
  server.last_renewal_attempt = end - absl::Hours(1);
  server.renewal_error = "the policy does not grant it";
  OwnCertificateState root;
  root.certificate.what = "the root's certificate";
  own_certificates_ = {server, root};
  v1::GetStatisticsResponse response;
  ASSERT_TRUE(Get(&response).ok());
  ASSERT_EQ(response.own_certificates_size(), 2);
  const v1::OwnCertificate& first = response.own_certificates(0);
  EXPECT_EQ(first.what(), "the server's certificate");
  EXPECT_EQ(first.file(), "ca/server.crt");
  EXPECT_EQ(first.subject(), "CN=ca");
  EXPECT_EQ(first.spiffe_id(), "spiffe://fleet.test/svc/fleetca");
  EXPECT_EQ(first.serial_number(), server.certificate.serial_number);
  EXPECT_EQ(first.not_after().seconds(), absl::ToUnixSeconds(end));
  EXPECT_TRUE(first.in_warning_time());
  EXPECT_EQ(first.warning(), "it ends soon; do something");
  EXPECT_EQ(first.last_renewal_attempt_time().seconds(), absl::ToUnixSeconds(end) - 3600);
  EXPECT_EQ(first.renewal_error(), "the policy does not grant it");
  const v1::OwnCertificate& second = response.own_certificates(1);
  EXPECT_FALSE(second.in_warning_time());
  EXPECT_FALSE(second.has_last_renewal_attempt_time());
}

TEST_F(StatisticsServiceTest, TellsByWhatPossessionIsVerified) {
  v1::GetStatisticsResponse response;
  ASSERT_TRUE(Get(&response).ok());
  EXPECT_EQ(response.server().possession(), "OpenSSL: lanes are off");
  EXPECT_EQ(response.server().issuer_key(), "P-256");
  EXPECT_TRUE(response.has_possession());
  EXPECT_EQ(response.possession().by_lanes(), 0u);
}

TEST_F(StatisticsServiceTest, TellsWhatWasCounted) {
  issuing_.issued = 5;
  issuing_.replayed = 4;
  issuing_.validated = 3;
  issuing_.refused = 2;
  issuing_.renewed = 1;
  issuing_.stale_lineages = 8;
  issuing_.blocked_lineages = 9;
  issuing_.batch_size.Record(7);
  v1::GetStatisticsResponse response;
  const grpc::Status status = Get(&response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.issuing().issued(), 5u);
  EXPECT_EQ(response.issuing().replayed(), 4u);
  EXPECT_EQ(response.issuing().validated(), 3u);
  EXPECT_EQ(response.issuing().refused(), 2u);
  EXPECT_EQ(response.issuing().renewed(), 1u);
  EXPECT_EQ(response.issuing().stale_lineages(), 8u);
  EXPECT_EQ(response.issuing().blocked_lineages(), 9u);
  EXPECT_EQ(response.issuing().queued(), 0u);
  EXPECT_EQ(response.issuing().batch_size().sum(), 7u);
  EXPECT_EQ(response.server().issuer_key(), "P-256");
  EXPECT_GT(response.process().resident_bytes(), 0u);
  EXPECT_GT(response.process().threads(), 0u);
  EXPECT_GE(response.read_time().seconds(), response.start_time().seconds());
}

TEST_F(StatisticsServiceTest, TellsOfTheHttpPortWhereThereIsOne) {
  v1::GetStatisticsResponse response;
  ASSERT_TRUE(Get(&response).ok());
  EXPECT_FALSE(response.has_http());
  has_http_ = true;
  ASSERT_TRUE(Get(&response).ok());
  ASSERT_TRUE(response.has_http());
  EXPECT_EQ(response.http().ocsp_signed(), 6u);
}

TEST_F(StatisticsServiceTest, RefusalsOfTheQueueAreRefusals) {
  FillQueue();  // and the one that finds no room ends it
  v1::GetStatisticsResponse response;
  ASSERT_TRUE(Get(&response).ok());
  EXPECT_EQ(response.issuing().refused(), 1u);
  EXPECT_EQ(response.issuing().queued(), queue_.size());
  EXPECT_GT(response.issuing().queued(), 0u);
}

TEST(DescribeBuildAndMachineTest, SaysWhatAMeasurementIsQuotedWith) {
  v1::ServerDescription description;
  DescribeBuildAndMachine(&description);
  EXPECT_NE(description.version(), "");
  EXPECT_NE(description.compiler(), "");
  EXPECT_NE(description.kernel(), "");
  EXPECT_GT(description.cpus(), 0u);
  EXPECT_GT(description.cpus_allowed(), 0u);
  EXPECT_LE(description.cpus_allowed(), description.cpus());
  for (const char* library : {"OpenSSL", "gRPC", "Protobuf"}) {
    ASSERT_EQ(description.libraries().count(library), 1u) << library;
    EXPECT_NE(description.libraries().at(library), "") << library;
  }
}

}  // namespace
}  // namespace fleetca::service
