#include "service/server/server_health.h"

#include <grpcpp/grpcpp.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/file_watcher.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "gtest/gtest.h"
#include "service/issuance/issue_queue.h"
#include "service/server/testing/ca_folder_fixture.h"
#include "store/memory/memory_store.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::CaFolderFixture;
using ::fleetca::testing::FakeClock;
using ::grpc::health::v1::Health;
using ::grpc::health::v1::HealthCheckRequest;
using ::grpc::health::v1::HealthCheckResponse;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ServerHealthTest : public CaFolderFixture {
 protected:
  void SetUp() override {
    config_ = Config();
    auto store = std::make_unique<store::MemoryStore>();
    store_ = store.get();
    FLEETCA_ASSERT_OK_AND_ASSIGN(watcher_, FileWatcher::Start());
    FLEETCA_ASSERT_OK_AND_ASSIGN(ca_, RunningCa::Open(config_, std::move(store), *watcher_));
    FLEETCA_ASSERT_OK_AND_ASSIGN(tls_, ServerTls::Create({config_.listener.certificate_file,
                                                          config_.listener.private_key_file,
                                                          config_.listener.client_ca_file},
                                                         *watcher_, clock_));
    FLEETCA_ASSERT_OK_AND_ASSIGN(port_,
                                 IssuingPort::Start(
                                     config_, *tls_, *ca_, queue_, {},
                                     [] { return std::vector<OwnCertificateState>(); }, 100));
    checks_ = ServerHealthChecks(*tls_, *ca_, *port_, nullptr);
  }

  // Of the checks that find something wrong.
  std::vector<std::string> Wrong() const {
    std::vector<std::string> names;
    for (const HealthCheck& check : checks_) {
      const absl::Status status = check.look();
      if (!status.ok()) {
        names.push_back(check.name);
        EXPECT_TRUE(GetReason(status).has_value()) << status;
      }
    }
    return names;
  }

  // What the port answers about the service, to whom asks by the operator's certificate.
  bool IsServing(const std::string& service) const {
    grpc::SslCredentialsOptions files;
    files.pem_root_certs = Read("trust-bundle.pem");
    files.pem_cert_chain = Read("admin.crt");
    files.pem_private_key = Read("admin.key");
    const auto channel =
        grpc::CreateChannel(absl::StrCat("127.0.0.1:", port_->port()), grpc::SslCredentials(files));
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
    HealthCheckRequest request;
    request.set_service(service);
    HealthCheckResponse response;
    const grpc::Status status = Health::NewStub(channel)->Check(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.status() == HealthCheckResponse::SERVING;
  }
  bool Becomes(const std::string& service, bool serving) const {
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (IsServing(service) != serving) {
      if (absl::Now() > deadline) {
        return false;
      }
      absl::SleepFor(absl::Milliseconds(10));
    }
    return true;
  }

  ServerConfig config_;
  FakeClock clock_{absl::Now()};  // of the server's certificate alone
  store::MemoryStore* store_ = nullptr;
  std::unique_ptr<FileWatcher> watcher_;
  std::unique_ptr<RunningCa> ca_;
  std::unique_ptr<ServerTls> tls_;
  IssueQueue queue_{{.capacity = 100}};
  std::unique_ptr<IssuingPort> port_;
  std::vector<HealthCheck> checks_;
};

TEST_F(ServerHealthTest, OfANewCaNothingIsWrong) {
  EXPECT_THAT(Wrong(), IsEmpty());
  EXPECT_EQ(checks_.size(), 7u);
}

TEST_F(ServerHealthTest, EachPartIsFoundOutByItselfAndComesBack) {
  store_->FailAppends(Unavailable(Reason::kStoreUnavailable, "no disk"));
  EXPECT_THAT(Wrong(), ElementsAre("store"));
  store_->FailAppends(absl::OkStatus());
  EXPECT_THAT(Wrong(), IsEmpty());

  FLEETCA_ASSERT_OK(store_->NoteTime(absl::Now() + absl::Hours(1)));
  EXPECT_THAT(Wrong(), ElementsAre("clock"));
  FLEETCA_ASSERT_OK(store_->ResetLatestTime(absl::Now()));
  EXPECT_THAT(Wrong(), IsEmpty());

  clock_.Advance(absl::Hours(24 * 91));
  EXPECT_THAT(Wrong(), ElementsAre("server certificate"));
  clock_.Advance(-absl::Hours(24 * 91));
  EXPECT_THAT(Wrong(), IsEmpty());

  port_->BeginDrain();
  EXPECT_THAT(Wrong(), ElementsAre("listener"));
}

TEST_F(ServerHealthTest, TokensAreManagedWithoutASigner) {
  for (const HealthCheck& check : checks_) {
    if (check.name == "signer" || check.name == "issuing CA") {
      EXPECT_THAT(check.services, ElementsAre(kIssuingServiceName));
    } else {
      EXPECT_THAT(check.services, ElementsAre(kIssuingServiceName, kTokenServiceName,
                                              kRevocationServiceName, kRenewalServiceName))
          << check.name;
    }
  }
}

TEST_F(ServerHealthTest, WhatIsToBeDoneInTimeCostsTheCaAsAWholeNothing) {
  ServerRenewal renewal(config_, *ca_, clock_);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto own,
                               OwnCertificateWatch::Start(config_, *ca_, *tls_, renewal, clock_));
  checks_ = ServerHealthChecks(*tls_, *ca_, *port_, nullptr, own.get());
  ASSERT_EQ(checks_.size(), 8u);
  EXPECT_EQ(checks_.back().name, "own certificates");
  EXPECT_THAT(checks_.back().services, ElementsAre(kOwnCertificatesName));
  EXPECT_FALSE(checks_.back().of_whole);
  EXPECT_THAT(Wrong(), IsEmpty());
}

TEST_F(ServerHealthTest, WhatIsToBeDoneInTimeIsAnsweredBothWays) {
  ServerRenewal renewal(config_, *ca_, clock_);
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const auto own,
      OwnCertificateWatch::Start(config_, *ca_, *tls_, renewal, clock_, absl::Milliseconds(5)));
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const auto monitor,
      HealthMonitor::Start(
          ServerHealthChecks(*tls_, *ca_, *port_, nullptr, own.get()),
          [this](const std::string& service, bool healthy) { port_->SetServing(service, healthy); },
          absl::Milliseconds(5)));
  EXPECT_TRUE(IsServing(kOwnCertificatesName));
  clock_.Advance(absl::Hours(24 * 21));  // two thirds of the operator's certificate
  EXPECT_TRUE(Becomes(kOwnCertificatesName, false));
  EXPECT_TRUE(IsServing(""));
  clock_.Advance(-absl::Hours(24 * 21));
  EXPECT_TRUE(Becomes(kOwnCertificatesName, true));
}

TEST_F(ServerHealthTest, TheBootstrapPortCostsNoOtherServiceItsHealth) {
  config_.bootstrap_address = "127.0.0.1:0";
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto bootstrap,
                               BootstrapPort::Start(config_, *tls_, *ca_, queue_,
                                                    std::filesystem::absolute("fleetca").string()));
  checks_ = ServerHealthChecks(*tls_, *ca_, *port_, bootstrap.get());
  ASSERT_EQ(checks_.size(), 8u);
  EXPECT_EQ(checks_.back().name, "bootstrap port");
  EXPECT_THAT(checks_.back().services, IsEmpty());
  EXPECT_THAT(Wrong(), IsEmpty());
}

}  // namespace
}  // namespace fleetca::service
