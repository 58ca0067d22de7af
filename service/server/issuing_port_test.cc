#include "service/server/issuing_port.h"

#include <grpcpp/grpcpp.h>

#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/file_watcher.h"
#include "fleetca/v1/certificate_authority.grpc.pb.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "gtest/gtest.h"
#include "service/call/testing/registered_methods.h"
#include "service/rights/method_rights.h"
#include "service/server/testing/ca_folder_fixture.h"
#include "store/memory/memory_store.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::CaFolderFixture;
using ::fleetca::testing::IsError;
using ::fleetca::testing::RegisteredMethods;
using ::grpc::health::v1::HealthCheckResponse;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

class IssuingPortTest : public CaFolderFixture {
 protected:
  void SetUp() override {
    config_ = Config();
    FLEETCA_ASSERT_OK_AND_ASSIGN(watcher_, FileWatcher::Start());
    FLEETCA_ASSERT_OK_AND_ASSIGN(
        ca_, RunningCa::Open(config_, std::make_unique<store::MemoryStore>(), *watcher_));
    FLEETCA_ASSERT_OK_AND_ASSIGN(tls_, ServerTls::Create({config_.listener.certificate_file,
                                                          config_.listener.private_key_file,
                                                          config_.listener.client_ca_file},
                                                         *watcher_, Clock::System()));
  }

  absl::StatusOr<std::unique_ptr<IssuingPort>> Start() {
    return IssuingPort::Start(
        config_, *tls_, *ca_, queue_, {}, [] { return std::vector<OwnCertificateState>(); }, 1000);
  }

  std::shared_ptr<grpc::Channel> Channel(const IssuingPort& port) const {
    grpc::SslCredentialsOptions files;
    files.pem_root_certs = Read("trust-bundle.pem");
    files.pem_cert_chain = Read("admin.crt");
    files.pem_private_key = Read("admin.key");
    return grpc::CreateChannel(absl::StrCat("127.0.0.1:", port.port()),
                               grpc::SslCredentials(files));
  }
  HealthCheckResponse::ServingStatus Health(const std::shared_ptr<grpc::Channel>& channel,
                                            const std::string& service) const {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
    grpc::health::v1::HealthCheckRequest request;
    request.set_service(service);
    HealthCheckResponse response;
    const grpc::Status status =
        grpc::health::v1::Health::NewStub(channel)->Check(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.status();
  }

  ServerConfig config_;
  std::unique_ptr<FileWatcher> watcher_;
  std::unique_ptr<RunningCa> ca_;
  std::unique_ptr<ServerTls> tls_;
  IssueQueue queue_{{.capacity = 100}};
};

TEST_F(IssuingPortTest, ServesAndSaysOfEachServiceWhatItIsTold) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto port, Start());
  EXPECT_GT(port->port(), 0);
  FLEETCA_EXPECT_OK(port->CheckListener());
  const auto channel = Channel(*port);
  for (const char* service : {kIssuingServiceName, kTokenServiceName, ""}) {
    EXPECT_EQ(Health(channel, service), HealthCheckResponse::SERVING) << service;
  }
  port->SetServing(kIssuingServiceName, false);
  EXPECT_EQ(Health(channel, kIssuingServiceName), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(Health(channel, kTokenServiceName), HealthCheckResponse::SERVING);
  port->SetServing(kIssuingServiceName, true);
  EXPECT_EQ(Health(channel, kIssuingServiceName), HealthCheckResponse::SERVING);
}

TEST_F(IssuingPortTest, EveryMethodThatIsRegisteredHasARowInTheTableOfRightsAndNoOther) {
  RegisteredMethods::Install();
  config_.listener.reflection = true;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto port, Start());
  const std::set<std::string> registered = RegisteredMethods::OfLastServer();
  EXPECT_THAT(registered, AllOf(Contains("/fleetca.v1.StatisticsService/GetStatistics"),
                                Contains("/grpc.health.v1.Health/Watch")))
      << "the services were not found";
  std::set<std::string> listed;
  for (const MethodRights& row : AllMethodRights()) {
    listed.insert(std::string(row.path));
  }
  EXPECT_EQ(registered, listed);
}

TEST_F(IssuingPortTest, ADrainIsSaidForGoodAndEndsWhenNothingIsOpen) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto port, Start());
  const auto channel = Channel(*port);
  EXPECT_EQ(Health(channel, kIssuingServiceName), HealthCheckResponse::SERVING);
  port->BeginDrain();
  EXPECT_EQ(Health(channel, kIssuingServiceName), HealthCheckResponse::NOT_SERVING);
  port->SetServing(kIssuingServiceName, true);
  EXPECT_EQ(Health(channel, kIssuingServiceName), HealthCheckResponse::NOT_SERVING);
  EXPECT_TRUE(port->FinishDrain(absl::Now() + absl::Seconds(30)));
}

TEST_F(IssuingPortTest, ACallThatIsNotAnsweredInTimeIsCutOff) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto port, Start());
  const auto stub = v1::CertificateAuthorityService::NewStub(Channel(*port));
  grpc::Status status;
  std::thread caller([&] {
    grpc::ClientContext context;
    v1::IssueCertificateRequest request;
    request.set_csr_der("a CSR");
    v1::IssueCertificateResponse response;
    status = stub->IssueCertificate(&context, request, &response);
  });
  while (queue_.size() == 0) {
    absl::SleepFor(absl::Milliseconds(5));
  }
  // Nobody works on it before its caller was cut off.
  std::thread worker([&] {
    absl::SleepFor(absl::Seconds(1));
    IssueQueue::Batch batch;
    EXPECT_TRUE(queue_.PopBatch(IssueQueue::Consumer::kOrdinary, 1, &batch));
    EXPECT_TRUE(batch.items().front()->cancelled);
    batch.items().front()->Answer(absl::CancelledError("too late"));
  });
  port->BeginDrain();
  EXPECT_FALSE(port->FinishDrain(absl::Now() + absl::Milliseconds(100)));
  worker.join();
  caller.join();
  EXPECT_FALSE(status.ok());
}

TEST_F(IssuingPortTest, ATakenAddressIsNamed) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto port, Start());
  config_.listener.address = absl::StrCat("127.0.0.1:", port->port());
  const absl::Status status = Start().status();
  EXPECT_THAT(status, IsError(absl::StatusCode::kUnavailable, Reason::kConfigInvalid));
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("listener.address"), HasSubstr(config_.listener.address)));
}

}  // namespace
}  // namespace fleetca::service
