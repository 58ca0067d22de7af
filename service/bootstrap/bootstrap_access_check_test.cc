#include "service/bootstrap/bootstrap_access_check.h"

#include <grpcpp/security/auth_context.h>
#include <gtest/gtest.h>

#include "base/errors.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;

TEST(BootstrapAccessCheckTest, TwoMethodsAreForEveryone) {
  FLEETCA_EXPECT_OK(
      BootstrapAccessCheck::Check("/fleetca.v1.CertificateAuthorityService/IssueCertificate"));
  FLEETCA_EXPECT_OK(
      BootstrapAccessCheck::Check("/fleetca.v1.CertificateAuthorityService/GetTrustBundle"));
}

TEST(BootstrapAccessCheckTest, EverythingElseIsForNobody) {
  for (const char* path :
       {"", "/", "IssueCertificate", "fleetca.v1.CertificateAuthorityService/IssueCertificate",
        "/fleetca.v1.CertificateAuthorityService/IssueCertificate/",
        "//fleetca.v1.CertificateAuthorityService/IssueCertificate",
        "/fleetca.v1.CertificateAuthorityService/issueCertificate",
        "/fleetca.v1.CertificateAuthorityService/IssueCertificate?x",
        "/fleetca.v1.CertificateAuthorityService/IssueCertificate%20",
        "/fleetca.v1.CertificateAuthorityService/BatchIssueCertificates",
        "/fleetca.v1.CertificateAuthorityService/StreamIssueCertificates",
        "/fleetca.v1.CertificateAuthorityService/GetCertificate",
        "/fleetca.v1.JoinTokenService/CreateJoinTokens",
        "/fleetca.v1.StatisticsService/GetStatistics",
        "/fleetca.internal.v1.BootstrapRelayService/GetSettings", "/grpc.health.v1.Health/Check",
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        "/grpc.channelz.v1.Channelz/GetServers"}) {
    EXPECT_THAT(BootstrapAccessCheck::Check(path),
                IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed))
        << path;
  }
}

TEST(BootstrapAccessCheckTest, JudgesACallByItsPath) {
  BootstrapAccessCheck check;
  EXPECT_FALSE(check.IsBlocking());
  grpc::AuthMetadataProcessor::OutputMetadata consumed;
  grpc::AuthMetadataProcessor::OutputMetadata response;
  const auto process = [&](const grpc::AuthMetadataProcessor::InputMetadata& metadata) {
    return check.Process(metadata, nullptr, &consumed, &response).error_code();
  };
  EXPECT_EQ(process({{":path", "/fleetca.v1.CertificateAuthorityService/GetTrustBundle"}}),
            grpc::StatusCode::OK);
  EXPECT_EQ(process({{":path", "/grpc.health.v1.Health/Check"}}),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(process({}), grpc::StatusCode::PERMISSION_DENIED);
  // The token is for the handler.
  EXPECT_TRUE(consumed.empty());
}

}  // namespace
}  // namespace fleetca::service
