#include "service/bootstrap/bootstrap_server.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/bearer_token_limit.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "fleetca/v1/certificate_authority.grpc.pb.h"
#include "service/bootstrap/testing/fake_issuing_process.h"
#include "service/bootstrap/testing/server_files.h"
#include "service/call/testing/registered_methods.h"
#include "service/net/listening_sockets.h"
#include "service/rights/method_rights.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;

class BootstrapServerTest : public ::testing::Test {
 protected:
  BootstrapServerTest() {
    settings_.set_trust_domain("fleet.test");
    settings_.set_certificate_file(files_.certificate());
    settings_.set_private_key_file(files_.key());
    settings_.set_max_message_bytes(10'000);
    settings_.mutable_trust_bundle()->set_version("1");
  }

  absl::Status Start() {
    absl::StatusOr<ListeningSockets> sockets = Listen("127.0.0.1:0", "test");
    port_ = sockets->port;
    auto server =
        BootstrapServer::Start(settings_, issuing_process_.stub(), std::move(sockets->sockets));
    if (server.ok()) {
      server_ = *std::move(server);
    }
    return server.status();
  }

  // Over a connection of its own, to a server with this root.
  grpc::Status GetTrustBundle(const std::string& root, v1::GetTrustBundleResponse* bundle) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = root;
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const auto stub = v1::CertificateAuthorityService::NewStub(grpc::CreateCustomChannel(
        absl::StrCat("localhost:", port_), grpc::SslCredentials(options), arguments));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    return stub->GetTrustBundle(&context, {}, bundle);
  }

  const testing::ServerFiles files_;
  testing::FakeIssuingProcess issuing_process_;
  internal::v1::GetSettingsResponse settings_;
  int port_ = 0;
  std::unique_ptr<BootstrapServer> server_;
};

TEST_F(BootstrapServerTest, ServesStrangersUntilItIsStopped) {
  FLEETCA_ASSERT_OK(Start());
  FLEETCA_EXPECT_OK(server_->CheckListener());
  v1::GetTrustBundleResponse bundle;
  const grpc::Status status = GetTrustBundle(files_.CertificatePem(), &bundle);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(bundle.version(), "1");
  bundle.set_version("2");
  server_->SetTrustBundle(bundle);
  ASSERT_TRUE(GetTrustBundle(files_.CertificatePem(), &bundle).ok());
  EXPECT_EQ(bundle.version(), "2");
  server_->Stop(absl::Now());
  EXPECT_THAT(server_->CheckListener(), IsError(absl::StatusCode::kUnavailable, Reason::kInternal));
  EXPECT_EQ(GetTrustBundle(files_.CertificatePem(), &bundle).error_code(),
            grpc::StatusCode::UNAVAILABLE);
}

TEST_F(BootstrapServerTest, AnswersTwoMethodsAndNoOther) {
  FLEETCA_ASSERT_OK(Start());
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = files_.CertificatePem();
  const auto stub = v1::CertificateAuthorityService::NewStub(
      grpc::CreateChannel(absl::StrCat("localhost:", port_), grpc::SslCredentials(options)));
  grpc::ClientContext context;
  v1::BatchIssueCertificatesResponse response;
  EXPECT_EQ(stub->BatchIssueCertificates(&context, {}, &response).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  grpc::ClientContext second;
  v1::IssueCertificateResponse issued;
  EXPECT_EQ(stub->IssueCertificate(&second, {}, &issued).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
}

// The longest token passes gRPC and comes to our own answer, and one octet more as well.
TEST_F(BootstrapServerTest, ATokenOfTheLongestPasses) {
  FLEETCA_ASSERT_OK(Start());
  int asked = 0;
  issuing_process_.SetIssue([&asked](grpc::ServerContext&,
                                     const internal::v1::IssueCertificateRequest& request,
                                     internal::v1::IssueCertificateResponse*) {
    asked += request.credential().has_join_token_hash() ? 1 : 0;
    return grpc::Status::OK;
  });
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = files_.CertificatePem();
  const auto stub = v1::CertificateAuthorityService::NewStub(
      grpc::CreateChannel(absl::StrCat("localhost:", port_), grpc::SslCredentials(options)));
  const auto ask = [&stub](size_t size) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer " + std::string(size, 'x'));
    v1::IssueCertificateResponse issued;
    return stub->IssueCertificate(&context, {}, &issued);
  };
  const grpc::Status longest = ask(kMaxBearerTokenBytes);
  EXPECT_TRUE(longest.ok()) << longest.error_message();
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(ask(kMaxBearerTokenBytes + 1).error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(asked, 1);
}

TEST_F(BootstrapServerTest, EveryMethodThatIsRegisteredHasARowInTheTableOfRights) {
  testing::RegisteredMethods::Install();
  FLEETCA_ASSERT_OK(Start());
  const std::set<std::string> registered = testing::RegisteredMethods::OfLastServer();
  EXPECT_EQ(registered.count("/fleetca.v1.CertificateAuthorityService/IssueCertificate"), 1u)
      << "the services were not found";
  for (const std::string& path : registered) {
    EXPECT_EQ(RightsOf(path).path, path) << "has no row in service/rights/method_rights.cc";
  }
  for (const MethodRights& row : AllMethodRights()) {
    if (row.bootstrap.kind != Access::Kind::kNobody) {
      EXPECT_EQ(registered.count(std::string(row.path)), 1u) << row.path << " is not served";
    }
  }
}

TEST_F(BootstrapServerTest, TakesANewCertificateByWayOfTheIssuingProcess) {
  FLEETCA_ASSERT_OK(Start());
  const testing::ServerFiles next;
  FLEETCA_ASSERT_OK(WriteFileAtomic(files_.key(), *ReadFile(next.key()), 0600));
  FLEETCA_ASSERT_OK(WriteFileAtomic(files_.certificate(), next.CertificatePem(), 0644));
  v1::GetTrustBundleResponse bundle;
  const absl::Time end = absl::Now() + absl::Seconds(60);
  while (!GetTrustBundle(next.CertificatePem(), &bundle).ok()) {
    ASSERT_LT(absl::Now(), end);
    absl::SleepFor(absl::Milliseconds(100));
  }
}

TEST_F(BootstrapServerTest, APartThatIsNotRightIsAnErrorThatNamesIt) {
  settings_.set_private_key_file(files_.folder() + "/missing.key");
  const absl::Status missing = Start();
  EXPECT_THAT(missing, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
  EXPECT_NE(missing.message().find("missing.key"), absl::string_view::npos) << missing;
  const testing::ServerFiles other;
  settings_.set_private_key_file(other.key());
  EXPECT_THAT(Start(), IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  settings_.set_private_key_file(files_.key());
  settings_.add_token_issuers()->set_url("no URL");
  EXPECT_FALSE(Start().ok());
  settings_.clear_token_issuers();
  FLEETCA_EXPECT_OK(Start());
}

}  // namespace
}  // namespace fleetca::service
