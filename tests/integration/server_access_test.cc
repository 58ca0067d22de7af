// Who reaches what of the server, and what its operator does to it.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/private_key.h"
#include "client/ca_client.h"
#include "client/status_from_grpc.h"
#include "fleetca/v1/statistics.grpc.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "store/rocksdb/rocksdb_store.h"
#include "tests/integration/server_fixture.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "x509/pem.h"
#include "x509/serial.h"

namespace fleetca {
namespace {

using ::fleetca::testing::CallMethod;
using ::fleetca::testing::IsError;
using ::fleetca::testing::MakeCsr;
using ::fleetca::testing::Named;
using ::fleetca::testing::ServiceRequest;
using ::fleetca::testing::WireReason;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

using ServerAccessTest = ::fleetca::testing::ServerFixture;

TEST_F(ServerAccessTest, WhoIsNotListedGetsTheBundleAndNothingElse) {
  MakeAgent("agent");
  const auto agent = Client("agent");
  FLEETCA_EXPECT_OK(agent->GetTrustBundle());
  EXPECT_THAT(agent->Issue({.csr_der = MakeCsr(), .profile = "service"}),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Issued issued,
                               Client()->Issue({.csr_der = MakeCsr(), .profile = "service"}));
  EXPECT_THAT(agent->Get(issued.serial),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed));
}

TEST_F(ServerAccessTest, AnUnknownSerialIsNotFoundAndAMalformedOneInvalid) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const x509::SerialNumber serial,
      x509::SerialNumber::Create(absl::Now() + absl::Hours(1), 1, absl::Now()));
  EXPECT_THAT(Client()->Get(serial), IsError(absl::StatusCode::kNotFound, Reason::kNotFound));
  v1::GetCertificateRequest request;
  request.set_serial_number("short");
  v1::GetCertificateResponse response;
  grpc::ClientContext context;
  const grpc::Status status = NewStub()->GetCertificate(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(WireReason(status), "SERIAL_INVALID");
}

TEST_F(ServerAccessTest, Checklist33_ReflectionAndUnknownMethodsAreUnreachableWithoutTheRight) {
  constexpr char kReflection[] = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
  MakeAgent("agent");
  EXPECT_EQ(CallMethod(Channel("agent"), kReflection).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  // With the right but without the flag as well.
  EXPECT_EQ(CallMethod(Channel(), kReflection).error_code(), grpc::StatusCode::PERMISSION_DENIED);
  for (const char* path :
       {"/grpc.channelz.v1.Channelz/GetServers", "/fleetca.v1.CertificateAuthorityService/Nothing",
        "/fleetca.v1.CertificateAuthorityService/", "/", "//IssueCertificate",
        "/fleetca.v1.CertificateAuthorityService/IssueCertificate/"}) {
    EXPECT_EQ(CallMethod(Channel(), path).error_code(), grpc::StatusCode::PERMISSION_DENIED)
        << path;
  }
  // The reason comes to the client although gRPC sends no details of what an access check refuses.
  EXPECT_THAT(client::StatusFromGrpc(CallMethod(Channel(), "/")),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed));
  Restart([](service::ServerConfig& config) { config.listener.reflection = true; });
  EXPECT_EQ(CallMethod(Channel("agent"), kReflection).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  const grpc::Status reached = CallMethod(Channel(), kReflection);
  EXPECT_TRUE(reached.ok()) << reached.error_message();
}

TEST_F(ServerAccessTest, Checklist33_StatisticsAreForWhomTheConfigurationNames) {
  const auto read = [](const std::shared_ptr<grpc::Channel>& channel,
                       v1::GetStatisticsResponse* response) {
    grpc::ClientContext context;
    return v1::StatisticsService::NewStub(channel)->GetStatistics(&context, {}, response);
  };
  MakeAgent("agent");
  v1::GetStatisticsResponse response;
  const grpc::Status denied = read(Channel("agent"), &response);
  // The access check refuses it, whose reason is at the end of the sentence.
  EXPECT_THAT(client::StatusFromGrpc(denied),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed));

  v1::GetStatisticsResponse before;
  grpc::Status status = read(Channel(), &before);
  ASSERT_TRUE(status.ok()) << status.error_message();
  FLEETCA_EXPECT_OK(Client()->Issue({.csr_der = MakeCsr(), .profile = "service"}));
  FLEETCA_EXPECT_OK(Client()->Issue({.csr_der = MakeCsr(), .profile = "service"}));
  EXPECT_FALSE(Client()->Issue({.csr_der = MakeCsr(), .profile = "none"}).ok());
  v1::GetStatisticsResponse after;
  status = read(Channel(), &after);
  ASSERT_TRUE(status.ok()) << status.error_message();

  EXPECT_EQ(after.issuing().issued() - before.issuing().issued(), 2u);
  EXPECT_EQ(after.issuing().refused() - before.issuing().refused(), 1u);
  EXPECT_EQ(after.issuing().batch_size().sum() - before.issuing().batch_size().sum(), 3u);
  EXPECT_EQ(after.store().commit_records().sum() - before.store().commit_records().sum(), 2u);
  EXPECT_GT(after.process().user_cpu_seconds(), before.process().user_cpu_seconds());
  EXPECT_GT(after.process().resident_bytes(), uint64_t{1} << 20);
  EXPECT_EQ(after.server().issuer_key(), "P-256");
  EXPECT_TRUE(after.server().durable());
  for (const char* library : {"OpenSSL", "gRPC", "Protobuf", "RocksDB"}) {
    EXPECT_NE(after.server().libraries().at(library), "") << library;
  }
}

TEST_F(ServerAccessTest, ASpentBudgetSaysWhenToComeBack) {
  MakeAgent("agent");
  AddToPolicy(
      "identities { name: \"agent\" identity: \"/svc/agent\" profiles: \"service\" "
      "budget { certificates: 1 per { seconds: 3600 } } }");
  FLEETCA_ASSERT_OK(server_->ReloadPolicy());
  const auto stub = NewStub("agent");
  const auto issue = [&stub] {
    v1::IssueCertificateRequest request =
        ServiceRequest(MakeCsr(Named("spiffe://fleet.test/svc/agent")));
    v1::IssueCertificateResponse response;
    grpc::ClientContext context;
    return stub->IssueCertificate(&context, request, &response);
  };
  EXPECT_TRUE(issue().ok());
  const grpc::Status spent = issue();
  EXPECT_EQ(spent.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(WireReason(spent), "BUDGET_EXHAUSTED");
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(spent.error_details()));
  google::rpc::RetryInfo retry;
  for (const auto& detail : details.details()) {
    detail.UnpackTo(&retry);
  }
  EXPECT_GT(retry.retry_delay().seconds(), 3500);
  EXPECT_LE(retry.retry_delay().seconds(), 3600);
}

TEST_F(ServerAccessTest, HealthIsByServiceName) {
  const auto health = grpc::health::v1::Health::NewStub(Channel());
  const auto check = [&health](const std::string& service, grpc::Status* status) {
    grpc::ClientContext context;
    grpc::health::v1::HealthCheckRequest request;
    request.set_service(service);
    grpc::health::v1::HealthCheckResponse response;
    *status = health->Check(&context, request, &response);
    return response.status();
  };
  grpc::Status status;
  EXPECT_EQ(check("fleetca.v1.CertificateAuthorityService", &status),
            grpc::health::v1::HealthCheckResponse::SERVING);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(check("", &status), grpc::health::v1::HealthCheckResponse::SERVING);
  check("no.such.Service", &status);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(ServerAccessTest, Checklist32_TheServersCertificateRotatesWithoutDroppingCalls) {
  const auto old_channel = NewStub();
  v1::IssueCertificateResponse response;
  grpc::ClientContext first;
  ASSERT_TRUE(old_channel->IssueCertificate(&first, ServiceRequest(MakeCsr()), &response).ok());
  // A certificate and key for another name, in the place of the server's. It takes a rule that
  // writes the server's identity out.
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::string policy, ReadFile(ca_ + "/policy.textproto"));
  const std::string granting = absl::StrReplaceAll(
      policy,
      {{"  issue_for: \"/svc/*\"\n", "  issue_for: \"/svc/*\"\n  issue_for: \"/svc/fleetca\"\n"},
       {"  profiles: \"ca-server\"\n",
        "  profiles: \"ca-server\"\n  profiles: \"service\"\n"
        "  dns_names: \"rotated.fleetca.fleet.test\"\n"}});
  ASSERT_NE(granting, policy);
  FLEETCA_ASSERT_OK(WriteFileAtomic(ca_ + "/policy.textproto", granting, 0644));
  AddToPolicy("");
  FLEETCA_ASSERT_OK(server_->ReloadPolicy());
  testing::CsrOptions options;
  const EvpPkeyPtr key = testing::NewTestKey(KeyType::kP256);
  options.key = key.get();
  options.names = {{x509::NameType::kUri, "spiffe://fleet.test/svc/fleetca"},
                   {x509::NameType::kDns, "rotated.fleetca.fleet.test"}};
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const client::Issued rotated,
      Client()->Issue({.csr_der = MakeCsr(options), .profile = "service"}));
  std::string pem = x509::EncodePem(x509::kPemCertificate, rotated.certificate_der);
  pem += x509::EncodePem(x509::kPemCertificate, rotated.chain_der.at(0));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const SecretBytes key_pem, EncodePrivateKey(key.get()));
  FLEETCA_ASSERT_OK(WriteFileAtomic(Files("server").private_key_file, key_pem.view(), 0600));
  FLEETCA_ASSERT_OK(WriteFileAtomic(Files("server").certificate_file, pem, 0644));
  // New connections see it within seconds; the old one goes on.
  bool seen = false;
  for (int i = 0; i < 150 && !seen; ++i) {
    const auto stub =
        v1::CertificateAuthorityService::NewStub(Channel("admin", "rotated.fleetca.fleet.test"));
    grpc::ClientContext context;
    v1::GetTrustBundleResponse bundle;
    seen = stub->GetTrustBundle(&context, {}, &bundle).ok();
    grpc::ClientContext old_context;
    ASSERT_TRUE(
        old_channel->IssueCertificate(&old_context, ServiceRequest(MakeCsr()), &response).ok());
    absl::SleepFor(absl::Milliseconds(100));
  }
  EXPECT_TRUE(seen);
}

// The access check of the port refuses before any handler runs, so there are no details of its
// status; the operator reads the sentence all the same, and not that the CA cannot be reached.
TEST_F(ServerAccessTest, ARefusedClockIsSaidToWhoAsks) {
  Stop();
  {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<store::Store> store,
                                 store::OpenRocksDbStore(Config().store));
    FLEETCA_ASSERT_OK(store->NoteTime(absl::Now() + absl::Hours(24 * 1100)));
  }
  Start();
  client::CaClientOptions options;
  options.address = address();
  options.files = Files("admin");
  options.deadline = absl::Seconds(20);
  options.backoff.max_attempts = 1;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<client::CaClient> client,
                               client::CaClient::Create(options));
  for (const absl::Status& status :
       {client->GetTrustBundle().status(),
        client->Issue({.csr_der = MakeCsr(), .profile = "service"}).status()}) {
    EXPECT_THAT(status, IsError(absl::StatusCode::kUnavailable, Reason::kClockRefused));
    EXPECT_THAT(std::string(status.message()),
                AllOf(StartsWith("The CA's clock shows "), HasSubstr("was ahead once"),
                      HasSubstr("fleetca store set-clock --i-checked-the-time"),
                      Not(HasSubstr("CLOCK_REFUSED"))));
  }
}

TEST_F(ServerAccessTest, ASecondServerOnTheSameFolderOrPortIsRefused) {
  service::ServerConfig config = Config();
  EXPECT_THAT(service::Server::Start(config).status(),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kStoreLocked));
  config.store.path = folder_.path() + "/other";
  config.store.head_file = folder_.path() + "/other.head";
  config.store.new_store = true;
  config.listener.address = address();
  EXPECT_THAT(service::Server::Start(config).status(),
              IsError(absl::StatusCode::kUnavailable, Reason::kConfigInvalid));
}

}  // namespace
}  // namespace fleetca
