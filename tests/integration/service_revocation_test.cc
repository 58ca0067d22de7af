// A gRPC service that follows its CA: who is revoked is refused on the connection that it has.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/durable_file.h"
#include "base/file.h"
#include "client/authz/feed/revocation_feed.h"
#include "client/authz/grpc/authz_files.h"
#include "client/authz/revocations.h"
#include "client/revocation_client.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/integration/server_fixture.h"
#include "tests/testing/status_matchers.h"
#include "x509/first_certificate.h"

namespace fleetca {
namespace {

using ::testing::HasSubstr;
using HealthStub = grpc::health::v1::Health::Stub;

class ServiceRevocationTest : public ::fleetca::testing::ServerFixture {
 protected:
  void TearDown() override {
    service_.reset();
    feed_.reset();
    ServerFixture::TearDown();
  }

  std::string Contents(absl::string_view name) const {
    const auto contents = ReadFile(absl::StrCat(ca_, "/", name));
    FLEETCA_EXPECT_OK(contents);
    return contents.value_or("");
  }

  // Follows the CA as svc/verifier, and lets any identity ask for its health.
  void StartService() {
    MakeAgent("verifier");
    revocations_ = *client::Revocations::Create({});
    auto feed = client::RevocationFeed::Start({.address = address(), .files = Files("verifier")},
                                              revocations_);
    FLEETCA_ASSERT_OK(feed);
    feed_ = *std::move(feed);
    ASSERT_TRUE(revocations_->AwaitLoaded(absl::Seconds(20)));

    grpc::SslServerCredentialsOptions tls(
        GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    tls.pem_root_certs = Contents("root-ca.crt");
    tls.pem_key_cert_pairs.push_back({Contents("server.key"), Contents("server.crt")});
    const auto credentials = grpc::SslServerCredentials(tls);
    const std::string roles = ca_ + "/method_roles.textproto";
    FLEETCA_ASSERT_OK(WriteFileAtomic(
        roles, "methods { method: \"/grpc.health.v1.Health/Check\" any_identity: true }", 0644));
    FLEETCA_ASSERT_OK(client::InstallAuthz({.roots = ca_ + "/root-ca.crt",
                                            .method_roles = roles,
                                            .intermediates = ca_ + "/issuing-ca.crt",
                                            .trust_domain = "fleet.test",
                                            .revocations = revocations_},
                                           credentials.get()));
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", credentials, &port_);
    service_ = builder.BuildAndStart();
    ASSERT_NE(service_, nullptr);
  }

  std::unique_ptr<HealthStub> ConnectAs(absl::string_view name) const {
    return grpc::health::v1::Health::NewStub(Channel(name, "", absl::StrCat("127.0.0.1:", port_)));
  }
  static grpc::Status Ask(HealthStub& stub) {
    grpc::ClientContext context;
    grpc::health::v1::HealthCheckResponse response;
    return stub.Check(&context, {}, &response);
  }

  void Revoke(absl::string_view name) const {
    client::CaClientOptions options;
    options.address = address();
    options.files = Files("admin");
    FLEETCA_ASSERT_OK_AND_ASSIGN(const auto admin, client::RevocationClient::Create(options));
    const auto held = x509::ParseFirstCertificate(Contents(absl::StrCat(name, ".crt")));
    FLEETCA_ASSERT_OK(held);
    v1::RevokeCertificatesRequest request;
    request.mutable_serial_numbers()->add_values(std::string(held->parsed.serial));
    FLEETCA_ASSERT_OK(admin->Revoke(request));
  }

  std::shared_ptr<client::Revocations> revocations_;
  std::unique_ptr<client::RevocationFeed> feed_;
  std::unique_ptr<grpc::Server> service_;
  int port_ = 0;
};

TEST_F(ServiceRevocationTest, Checklist59_AnOpenConnectionIsRefusedWithinASecond) {
  MakeAgent("caller");
  MakeAgent("other");
  StartService();
  const auto caller = ConnectAs("caller");
  const auto other = ConnectAs("other");
  ASSERT_TRUE(Ask(*caller).ok()) << Ask(*caller).error_message();
  ASSERT_TRUE(Ask(*other).ok());

  Revoke("caller");
  const absl::Time revoked = absl::Now();
  grpc::Status status;
  do {
    status = Ask(*caller);
  } while (status.ok() && absl::Now() - revoked < absl::Seconds(20));
  EXPECT_LT(absl::Now() - revoked, absl::Seconds(1));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(status.error_message(), HasSubstr("was revoked on"));
  EXPECT_THAT(status.error_message(), HasSubstr("(fleetca: CERTIFICATE_REVOKED)"));
  EXPECT_TRUE(Ask(*other).ok()) << Ask(*other).error_message();
}

TEST_F(ServiceRevocationTest, WhatWasRevokedBeforeItsStartIsRefusedAtOnce) {
  MakeAgent("caller");
  Revoke("caller");
  StartService();
  EXPECT_EQ(Ask(*ConnectAs("caller")).error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

}  // namespace
}  // namespace fleetca
