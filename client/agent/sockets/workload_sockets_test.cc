#include "client/agent/sockets/workload_sockets.h"

#include <grpcpp/grpcpp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>

#include "base/errors.h"
#include "client/agent/sockets/sds_stream.h"
#include "client/agent/sockets/testing/sockets_fixture.h"
#include "envoy/extensions/transport_sockets/tls/v3/secret.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "spiffe/workload/workload.grpc.pb.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::envoy::service::discovery::v3::DiscoveryRequest;
using ::envoy::service::discovery::v3::DiscoveryResponse;
using ::fleetca::client::testing::SocketsFixture;
using ::fleetca::client::testing::X509Reader;
using ::fleetca::testing::IsInvalid;
using ::testing::HasSubstr;

class WorkloadSocketsTest : public SocketsFixture {};

TEST_F(WorkloadSocketsTest, AStreamFollowsTheIdentity) {
  const auto first = maker_.Make("web");
  held_.Publish(first);
  StartWeb();
  const auto stub = Workload();
  grpc::ClientContext context;
  SetUp(&context);
  const X509Reader reader = stub->FetchX509SVID(&context, X509SVIDRequest());
  X509SVIDResponse response;
  ASSERT_TRUE(reader->Read(&response));
  ASSERT_EQ(response.svids_size(), 1);
  EXPECT_EQ(response.svids(0).spiffe_id(), "spiffe://fleet.example/web");
  EXPECT_EQ(response.svids(0).x509_svid(),
            first->credential->certificate_der + first->credential->chain_der[0]);
  EXPECT_EQ(response.svids(0).bundle(), first->roots_der[0]);
  EXPECT_EQ(response.crl_size(), 0);

  const auto renewed = maker_.Make("web");
  held_.Publish(renewed);
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.svids(0).x509_svid(),
            renewed->credential->certificate_der + renewed->credential->chain_der[0]);

  auto with_crl = std::make_shared<HeldIdentity>(*renewed);
  with_crl->crls = {std::make_shared<const std::string>("crl")};
  held_.Publish(with_crl);
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.svids_size(), 1);
  EXPECT_EQ(response.crl(0), "crl");

  auto without = std::make_shared<HeldIdentity>(*renewed);
  without->credential = nullptr;
  held_.Publish(without);
  EXPECT_FALSE(reader->Read(&response));
  const grpc::Status status = reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(status.error_message(), HasSubstr("no valid certificate"));
}

TEST_F(WorkloadSocketsTest, BundlesAreThereWithoutACertificate) {
  auto held = maker_.Make("web");
  held->credential = nullptr;
  held_.Publish(held);
  StartWeb();
  EXPECT_EQ(FetchAndFail().error_code(), grpc::StatusCode::UNAVAILABLE);
  const auto stub = Workload();
  grpc::ClientContext context;
  SetUp(&context);
  const auto reader = stub->FetchX509Bundles(&context, X509BundlesRequest());
  X509BundlesResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.bundles().at("spiffe://fleet.example"), held->roots_der[0]);
}

TEST_F(WorkloadSocketsTest, BeforeAnythingIsThereItIsNotReady) {
  StartWeb();
  EXPECT_EQ(FetchAndFail().error_code(), grpc::StatusCode::UNAVAILABLE);
  held_.Publish(maker_.Make("web"));
  EXPECT_EQ(Fetched(), "spiffe://fleet.example/web");
}

TEST_F(WorkloadSocketsTest, TheHeaderIsWantedExactlyOnce) {
  held_.Publish(maker_.Make("web"));
  StartWeb();
  for (const int headers : {0, 2}) {
    const grpc::Status status = FetchAndFail("s", headers);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(status.error_message(), HasSubstr("workload.spiffe.io"));
  }
  const auto stub = Workload();
  grpc::ClientContext context;
  context.AddMetadata("workload.spiffe.io", "True");
  JWTSVIDResponse response;
  EXPECT_EQ(stub->FetchJWTSVID(&context, JWTSVIDRequest(), &response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(WorkloadSocketsTest, JwtsAndWitsAreNotOffered) {
  StartWeb();
  const auto stub = Workload();
  const auto check = [](const grpc::Status& status) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
    EXPECT_THAT(status.error_message(), HasSubstr("call FetchX509SVID"));
  };
  grpc::ClientContext contexts[5];
  for (grpc::ClientContext& context : contexts) {
    SetUp(&context);
  }
  JWTSVIDResponse jwt;
  check(stub->FetchJWTSVID(&contexts[0], JWTSVIDRequest(), &jwt));
  ValidateJWTSVIDResponse validated;
  check(stub->ValidateJWTSVID(&contexts[1], ValidateJWTSVIDRequest(), &validated));
  WITSVIDResponse wit;
  check(stub->FetchWITSVID(&contexts[2], WITSVIDRequest(), &wit));
  check(stub->FetchJWTBundles(&contexts[3], JWTBundlesRequest())->Finish());
  check(stub->FetchWITBundles(&contexts[4], WITBundlesRequest())->Finish());
}

TEST_F(WorkloadSocketsTest, AnEnvoyFollowsTheIdentity) {
  const auto first = maker_.Make("web");
  held_.Publish(first);
  StartWeb();
  const auto stub = Sds();
  grpc::ClientContext context;
  SetUp(&context, /*headers=*/0);
  const auto stream = stub->StreamSecrets(&context);
  DiscoveryRequest request;
  request.mutable_node()->set_id("envoy");
  request.set_type_url(kSdsSecretType);
  request.add_resource_names("default");
  ASSERT_TRUE(stream->Write(request));
  DiscoveryResponse response;
  ASSERT_TRUE(stream->Read(&response));
  envoy::extensions::transport_sockets::tls::v3::Secret secret;
  ASSERT_EQ(response.resources_size(), 1);
  ASSERT_TRUE(response.resources(0).UnpackTo(&secret));
  EXPECT_EQ(secret.name(), "default");
  EXPECT_THAT(secret.tls_certificate().private_key().inline_bytes(),
              HasSubstr("BEGIN PRIVATE KEY"));

  request.clear_node();
  request.set_version_info(response.version_info());
  request.set_response_nonce(response.nonce());
  request.mutable_error_detail()->set_message("not today");
  ASSERT_TRUE(stream->Write(request));
  held_.Publish(maker_.Make("web"));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.version_info(), "2");

  request.clear_error_detail();
  request.set_response_nonce("2");
  request.add_resource_names("ROOTCA");
  ASSERT_TRUE(stream->Write(request));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.resources_size(), 2);

  ASSERT_TRUE(stream->WritesDone());
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(WorkloadSocketsTest, SecretsAtOnceAndWhatSdsRefuses) {
  held_.Publish(maker_.Make("web"));
  StartWeb();
  const auto stub = Sds();
  grpc::ClientContext contexts[4];
  DiscoveryRequest request;
  DiscoveryResponse response;
  ASSERT_TRUE(stub->FetchSecrets(&contexts[0], request, &response).ok());
  EXPECT_EQ(response.resources_size(), 2);
  request.add_resource_names("nobody");
  EXPECT_EQ(stub->FetchSecrets(&contexts[1], request, &response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);

  const grpc::Status delta = stub->DeltaSecrets(&contexts[2])->Finish();
  EXPECT_EQ(delta.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_THAT(delta.error_message(), HasSubstr("StreamSecrets"));

  SetUp(&contexts[3], /*headers=*/0);
  const auto stream = stub->StreamSecrets(&contexts[3]);
  request.set_type_url("type.googleapis.com/envoy.config.cluster.v3.Cluster");
  ASSERT_TRUE(stream->Write(request));
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(WorkloadSocketsTest, WhoIsNotEntitledHearsSo) {
  held_.Publish(maker_.Make("web"));
  Start({Identity("web", {{.path = Path(), .uids = {geteuid() + 1}}})});
  const grpc::Status status = FetchAndFail();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(status.error_message(), HasSubstr("No identity of this socket"));
  const auto stub = Sds();
  grpc::ClientContext contexts[2];
  DiscoveryResponse response;
  EXPECT_EQ(stub->FetchSecrets(&contexts[0], DiscoveryRequest(), &response).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(stub->StreamSecrets(&contexts[1])->Finish().error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(WorkloadSocketsTest, EachProcessGetsTheIdentityThatIsForIt) {
  held_.Publish(maker_.Make("web"));
  held_.Publish(maker_.Make("db"));
  Start({Identity("web", {{.path = Path(), .uids = {geteuid() + 1}}, {.path = Path("web")}}),
         Identity("db", {{.path = Path(), .uids = {geteuid()}}})});
  EXPECT_EQ(Fetched(), "spiffe://fleet.example/db");
  EXPECT_EQ(Fetched("web"), "spiffe://fleet.example/web");
}

TEST_F(WorkloadSocketsTest, SelectorsThatMatchTwoIdentitiesAreRefused) {
  const absl::Status same = Create({Identity("web", {{.path = Path(), .uids = {1}}}),
                                    Identity("db", {{.path = Path(), .gids = {2}}})});
  EXPECT_THAT(same, IsInvalid(Reason::kConfigInvalid, "db"));
  EXPECT_THAT(same.message(), HasSubstr("web and db both have the socket"));
  EXPECT_THAT(Create({Identity("web", {{.path = Path(), .uids = {1}}}),
                      Identity("db", {{.path = Path(), .mode = 0600, .uids = {2}}})}),
              IsInvalid(Reason::kConfigInvalid, "db"));
  EXPECT_NE(access(Path().c_str(), F_OK), 0);
}

TEST_F(WorkloadSocketsTest, AnotherProtocolIsNotSpoken) {
  held_.Publish(maker_.Make("web"));
  Start({Identity(
      "web", {{.path = Path(), .envoy_sds = false}, {.path = Path("e"), .workload_api = false}})});
  EXPECT_EQ(Fetched(), "spiffe://fleet.example/web");
  EXPECT_EQ(FetchAndFail("e").error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_THAT(
      Create({Identity("web", {{.path = Path("n"), .workload_api = false, .envoy_sds = false}})}),
      IsInvalid(Reason::kConfigInvalid, "web"));
}

TEST_F(WorkloadSocketsTest, StoppingEndsStreamsWithAWordAndRemovesTheSocket) {
  held_.Publish(maker_.Make("web"));
  StartWeb();
  struct stat info = {};
  ASSERT_EQ(lstat(Path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0660u);
  const auto stub = Workload();
  grpc::ClientContext context;
  SetUp(&context);
  const X509Reader reader = stub->FetchX509SVID(&context, X509SVIDRequest());
  X509SVIDResponse response;
  ASSERT_TRUE(reader->Read(&response));
  sockets_->Stop();
  EXPECT_FALSE(reader->Read(&response));
  const grpc::Status status = reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(status.error_message(), HasSubstr("stopping"));
  EXPECT_NE(access(Path().c_str(), F_OK), 0);
}

}  // namespace
}  // namespace fleetca::client
