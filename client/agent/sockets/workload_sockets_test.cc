#include "client/agent/sockets/workload_sockets.h"

#include <grpcpp/grpcpp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/descriptor.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "client/agent/sockets/sds_stream.h"
#include "client/agent/sockets/testing/test_identity.h"
#include "envoy/extensions/transport_sockets/tls/v3/secret.pb.h"
#include "envoy/service/secret/v3/sds.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "spiffe/workload/workload.grpc.pb.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::envoy::service::discovery::v3::DiscoveryRequest;
using ::envoy::service::discovery::v3::DiscoveryResponse;
using ::envoy::service::secret::v3::SecretDiscoveryService;
using ::fleetca::client::testing::IdentityMaker;
using ::fleetca::testing::IsInvalid;
using ::testing::HasSubstr;

using X509Reader = std::unique_ptr<grpc::ClientReader<X509SVIDResponse>>;

class WorkloadSocketsTest : public ::testing::Test {
 protected:
  ~WorkloadSocketsTest() override { sockets_.reset(); }

  std::string Path(const std::string& name = "s") const {
    return absl::StrCat(folder_.path(), "/", name);
  }
  static IdentityOptions Identity(const std::string& name, std::vector<SocketOptions> sockets) {
    IdentityOptions options;
    options.name = name;
    options.sockets = std::move(sockets);
    return options;
  }
  absl::Status Create(const std::vector<IdentityOptions>& identities) {
    FLEETCA_ASSIGN_OR_RETURN(sockets_, WorkloadSockets::Create(identities, held_));
    sockets_->SetPushSpread(absl::ZeroDuration());
    return absl::OkStatus();
  }
  void Start(const std::vector<IdentityOptions>& identities) {
    FLEETCA_ASSERT_OK(Create(identities));
    FLEETCA_ASSERT_OK(sockets_->Start());
  }
  void StartWeb() { Start({Identity("web", {{.path = Path()}})}); }

  // A connection of its own.
  std::shared_ptr<grpc::Channel> Channel(const std::string& name = "s") const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel("unix:" + Path(name), grpc::InsecureChannelCredentials(),
                                     arguments);
  }
  std::unique_ptr<SpiffeWorkloadAPI::Stub> Workload(const std::string& name = "s") const {
    return SpiffeWorkloadAPI::NewStub(Channel(name));
  }
  std::unique_ptr<SecretDiscoveryService::Stub> Sds(const std::string& name = "s") const {
    return SecretDiscoveryService::NewStub(Channel(name));
  }
  static void SetUp(grpc::ClientContext* context, int headers = 1) {
    context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    for (int i = 0; i < headers; ++i) {
      context->AddMetadata("workload.spiffe.io", "true");
    }
  }

  Descriptor Connect() const {
    Descriptor fd(socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, Path().c_str(), sizeof(address.sun_path) - 1);
    EXPECT_EQ(connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    return fd;
  }
  // Sends a header block of HTTP/2 that does not end until the server ends the connection.
  void Flood(const std::atomic<bool>& stop) const {
    const Descriptor fd = Connect();
    const auto frame = [](char type, char stream, const std::string& payload) {
      return absl::StrCat(
          absl::string_view("\0", 1), std::string(1, static_cast<char>(payload.size() >> 8)),
          std::string(1, static_cast<char>(payload.size() & 0xff)), std::string(1, type),
          absl::string_view("\0\0\0\0", 4), std::string(1, stream), payload);
    };
    // Headers "a: b" that are not kept.
    std::string headers;
    for (int i = 0; i < 3000; ++i) {
      headers.append("\0\1a\1b", 5);
    }
    std::string octets =
        absl::StrCat("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", frame(4, 0, ""), frame(1, 1, "\x83"));
    while (!stop && send(fd.get(), octets.data(), octets.size(), MSG_NOSIGNAL) > 0) {
      octets = frame(9, 1, headers);
    }
  }

  // How a call ends that gets no answer.
  grpc::Status FetchAndFail(const std::string& name = "s", int headers = 1) const {
    const auto stub = Workload(name);
    grpc::ClientContext context;
    SetUp(&context, headers);
    const X509Reader reader = stub->FetchX509SVID(&context, X509SVIDRequest());
    X509SVIDResponse response;
    EXPECT_FALSE(reader->Read(&response));
    return reader->Finish();
  }
  // The SPIFFE ID that the socket hands out, or the code with which it does not.
  std::string Fetched(const std::string& name = "s") const {
    const auto stub = Workload(name);
    grpc::ClientContext context;
    SetUp(&context);
    const X509Reader reader = stub->FetchX509SVID(&context, X509SVIDRequest());
    X509SVIDResponse response;
    if (reader->Read(&response)) {
      context.TryCancel();
      return response.svids(0).spiffe_id();
    }
    return absl::StrCat("code ", static_cast<int>(reader->Finish().error_code()));
  }

  const IdentityMaker maker_;
  // Short, as the path of a socket must be.
  const fleetca::testing::TemporaryFolder folder_{"/tmp"};
  HeldIdentities held_;
  std::unique_ptr<WorkloadSockets> sockets_;
};

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

// What watches connections keeps none of them open.
TEST_F(WorkloadSocketsTest, WhoDoesNotSpeakHttp2IsCutOff) {
  StartWeb();
  const Descriptor fd = Connect();
  const timeval patience = {.tv_sec = 5, .tv_usec = 0};
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  const std::string words = "GET / HTTP/1.1\r\nHost: agent\r\n\r\n";
  ASSERT_EQ(send(fd.get(), words.data(), words.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(words.size()));
  char octets[4096];
  ssize_t got = 1;
  while (got > 0) {
    got = recv(fd.get(), octets, sizeof(octets), 0);
  }
  EXPECT_TRUE(got == 0 || errno == ECONNRESET) << errno;
}

// gRPC reads on the thread that gives it a connection, for as long as the connection has more, and
// a header block without an end takes memory besides: neither is another socket's loss.
TEST_F(WorkloadSocketsTest, AClientThatNeverPausesKeepsNobodyElseOut) {
  held_.Publish(maker_.Make("web"));
  held_.Publish(maker_.Make("db"));
  Start({Identity("web", {{.path = Path()}}), Identity("db", {{.path = Path("d")}})});
  std::atomic<bool> stop{false};
  std::vector<std::thread> floods;
  for (int i = 0; i < 3; ++i) {
    floods.emplace_back([this, &stop] { Flood(stop); });
  }
  absl::SleepFor(absl::Milliseconds(200));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(Fetched("d"), "spiffe://fleet.example/db");
  }
  stop = true;
  for (std::thread& flood : floods) {
    flood.join();
  }
  EXPECT_EQ(Fetched(), "spiffe://fleet.example/web");
}

// Streams that end at every moment, while what they say changes.
TEST_F(WorkloadSocketsTest, StreamsThatAreCutOffWhileTheIdentityChanges) {
  const std::shared_ptr<HeldIdentity> versions[] = {maker_.Make("web"), maker_.Make("web")};
  held_.Publish(versions[0]);
  StartWeb();
  const auto stub = Workload();
  const auto sds = Sds();
  for (int i = 0; i < 100; ++i) {
    grpc::ClientContext context;
    SetUp(&context);
    const X509Reader reader = stub->FetchX509SVID(&context, X509SVIDRequest());
    grpc::ClientContext envoy;
    SetUp(&envoy);
    const auto stream = sds->StreamSecrets(&envoy);
    stream->Write(DiscoveryRequest());
    X509SVIDResponse response;
    EXPECT_TRUE(reader->Read(&response));
    held_.Publish(std::make_shared<HeldIdentity>(*versions[i % 2]));
    context.TryCancel();
    envoy.TryCancel();
    held_.Publish(std::make_shared<HeldIdentity>(*versions[(i + 1) % 2]));
    reader->Finish();
    stream->Finish();
  }
  EXPECT_EQ(Fetched(), "spiffe://fleet.example/web");
}

}  // namespace
}  // namespace fleetca::client
