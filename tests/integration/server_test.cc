// The server as its callers meet it: gRPC over mutual TLS, a store on disk, started and stopped.
#include "service/edge/server.h"

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/private_key.h"
#include "client/ca_client.h"
#include "client/issue_stream.h"
#include "client/tls_identity.h"
#include "fleetca/v1/certificate_authority.grpc.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "service/ca_init.h"
#include "service/edge/server_config.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"
#include "x509/certificate.h"
#include "x509/pem.h"

namespace fleetca {
namespace {

using ::fleetca::testing::CsrOptions;
using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::IsOk;
using ::fleetca::testing::MakeCsr;
using Stub = v1::CertificateAuthorityService::Stub;

CsrOptions Named(absl::string_view uri) {
  CsrOptions options;
  options.names = {{x509::NameType::kUri, uri}};
  return options;
}

// The reason in a status from the wire.
std::string WireReason(const google::rpc::Status& status) {
  for (const auto& detail : status.details()) {
    google::rpc::ErrorInfo info;
    if (detail.UnpackTo(&info)) {
      return info.reason();
    }
  }
  return "";
}
std::string WireReason(const grpc::Status& status) {
  google::rpc::Status details;
  return details.ParseFromString(status.error_details()) ? WireReason(details) : "";
}

class ServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ca_ = folder_.path() + "/ca";
    service::CaInitOptions options;
    options.folder = ca_;
    options.trust_domain = "fleet.test";
    options.listen = "127.0.0.1:0";
    FLEETCA_ASSERT_OK(service::InitCa(options, Clock::System()));
    Start();
  }

  // Starts the server with the configuration as `edit` leaves it.
  void Start(std::function<void(service::ServerConfig&)> edit = [](auto&) {}) {
    FLEETCA_ASSERT_OK_AND_ASSIGN(service::ServerConfig config,
                                 service::LoadServerConfig(ca_ + "/fleetca.textproto"));
    edit(config);
    FLEETCA_ASSERT_OK_AND_ASSIGN(server_, service::Server::Start(config));
  }
  void Stop() {
    if (server_ != nullptr) {
      FLEETCA_EXPECT_OK(server_->Drain());
      server_.reset();
    }
  }
  void Restart(std::function<void(service::ServerConfig&)> edit = [](auto&) {}) {
    Stop();
    Start(edit);
  }
  void TearDown() override { Stop(); }

  std::string address() const { return absl::StrCat("127.0.0.1:", server_->port()); }

  std::unique_ptr<client::CaClient> Client(absl::string_view name = "admin") const {
    client::CaClientOptions options;
    options.address = address();
    options.files = Files(name);
    options.deadline = absl::Seconds(20);
    auto client = client::CaClient::Create(options);
    EXPECT_THAT(client, IsOk());
    return *std::move(client);
  }

  client::TlsFiles Files(absl::string_view name) const {
    return {.ca_file = ca_ + "/trust-bundle.pem",
            .certificate_file = absl::StrCat(ca_, "/", name, ".crt"),
            .private_key_file = absl::StrCat(ca_, "/", name, ".key")};
  }

  std::shared_ptr<grpc::Channel> Channel(absl::string_view name = "admin") const {
    auto identity = client::LoadTlsIdentity(Files(name), absl::Now());
    EXPECT_THAT(identity, IsOk());
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    arguments.SetMaxSendMessageSize(-1);
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(address(), identity->credentials, arguments);
  }
  std::unique_ptr<Stub> NewStub(absl::string_view name = "admin") const {
    return v1::CertificateAuthorityService::NewStub(Channel(name));
  }

  // A certificate of this CA for another identity, as `name`.crt and `name`.key.
  void MakeAgent(absl::string_view name) {
    const EvpPkeyPtr key = testing::NewTestKey(KeyType::kP256);
    const std::string id = absl::StrCat("spiffe://fleet.test/svc/", name);
    CsrOptions options = Named(id);
    options.key = key.get();
    const auto issued = Client()->Issue({.csr_der = MakeCsr(options), .profile = "service"});
    FLEETCA_ASSERT_OK(issued);
    std::string pem = x509::EncodePem(x509::kPemCertificate, issued->certificate_der);
    for (const std::string& der : issued->chain_der) {
      pem += x509::EncodePem(x509::kPemCertificate, der);
    }
    const auto key_pem = EncodePrivateKey(key.get());
    FLEETCA_ASSERT_OK(key_pem);
    FLEETCA_ASSERT_OK(WriteFileAtomic(Files(name).certificate_file, pem, 0644));
    FLEETCA_ASSERT_OK(WriteFileAtomic(Files(name).private_key_file, key_pem->view(), 0600));
  }

  static v1::IssueCertificateRequest Request(absl::string_view csr) {
    v1::IssueCertificateRequest request;
    request.set_csr_der(std::string(csr));
    request.set_profile("service");
    return request;
  }

  testing::TemporaryFolder folder_;
  std::string ca_;
  std::unique_ptr<service::Server> server_;
};

TEST_F(ServerTest, IssuesFetchesAndRemembersAcrossARestart) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const client::Issued issued,
      Client()->Issue(
          {.csr_der = MakeCsr(), .profile = "service", .request_id = "0123456789abcdef"}));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Recorded before, Client()->Get(issued.serial));
  Restart();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Recorded after, Client()->Get(issued.serial));
  for (const client::Recorded& recorded : {before, after}) {
    EXPECT_EQ(recorded.issued.certificate_der, issued.certificate_der);
    EXPECT_EQ(recorded.identity, "spiffe://fleet.test/svc/web");
    EXPECT_EQ(recorded.requester, "spiffe://fleet.test/user/admin");
    EXPECT_EQ(recorded.profile, "service");
  }
}

TEST_F(ServerTest, Checklist18_ARetryAfterALostAnswerGivesTheSameCertificate) {
  const std::string csr = MakeCsr();
  const client::IssueOptions options = {
      .csr_der = csr, .profile = "service", .request_id = "0123456789abcdef"};
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Issued first, Client()->Issue(options));
  EXPECT_FALSE(first.replayed);
  Restart();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Issued again, Client()->Issue(options));
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.certificate_der, first.certificate_der);
  client::IssueOptions other = options;
  other.csr_der = MakeCsr(Named("spiffe://fleet.test/svc/db"));
  EXPECT_THAT(Client()->Issue(other),
              IsError(absl::StatusCode::kAlreadyExists, Reason::kRequestIdReused));
}

TEST_F(ServerTest, TakesPem) {
  v1::IssueCertificateRequest request;
  request.set_csr_pem("text before\n" + x509::EncodePem(x509::kPemCertificateRequest, MakeCsr()));
  request.set_profile("service");
  v1::IssueCertificateResponse response;
  grpc::ClientContext context;
  const grpc::Status status = NewStub()->IssueCertificate(&context, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.certificate().serial_number().size(), 20u);
  EXPECT_EQ(response.chain_der_size(), 1);
  request.set_csr_pem("no PEM at all");
  grpc::ClientContext second;
  const grpc::Status refused = NewStub()->IssueCertificate(&second, request, &response);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(WireReason(refused), "CSR_MALFORMED");
}

TEST_F(ServerTest, ABatchKeepsItsOrderAndItsGoodItems) {
  v1::BatchIssueCertificatesRequest request;
  std::vector<std::string> ids;
  for (int i = 0; i < 100; ++i) {
    ids.push_back(absl::StrCat("spiffe://fleet.test/", i % 10 == 7 ? "user/" : "svc/", "n", i));
    *request.add_requests() = Request(MakeCsr(Named(ids.back())));
  }
  v1::BatchIssueCertificatesResponse response;
  grpc::ClientContext context;
  const grpc::Status status = NewStub()->BatchIssueCertificates(&context, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(response.results_size(), 100);
  EXPECT_EQ(response.chain_der_size(), 1);
  for (int i = 0; i < 100; ++i) {
    const v1::BatchIssueResult& result = response.results(i);
    if (i % 10 == 7) {
      EXPECT_EQ(result.error().code(), static_cast<int>(absl::StatusCode::kInvalidArgument));
      EXPECT_EQ(WireReason(result.error()), "SAN_NOT_ALLOWED");
      continue;
    }
    const auto certificate = x509::ParseCertificate(result.certificate().certificate_der());
    FLEETCA_ASSERT_OK(certificate);
    EXPECT_EQ(certificate->SpiffeId(), ids[i]);
  }
}

TEST_F(ServerTest, ABatchHasBounds) {
  const auto stub = NewStub();
  v1::BatchIssueCertificatesRequest request;
  v1::BatchIssueCertificatesResponse response;
  grpc::ClientContext empty_context;
  const grpc::Status empty = stub->BatchIssueCertificates(&empty_context, request, &response);
  EXPECT_EQ(empty.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(WireReason(empty), "REQUEST_EMPTY");
  const std::string csr = MakeCsr();
  for (int i = 0; i < 1001; ++i) {
    *request.add_requests() = Request(csr);
  }
  grpc::ClientContext large_context;
  const grpc::Status large = stub->BatchIssueCertificates(&large_context, request, &response);
  EXPECT_EQ(large.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(WireReason(large), "REQUEST_TOO_LARGE");
  // 17 MiB: over our own limit, below the one at which gRPC cuts the message off.
  request.Clear();
  Request("").Swap(request.add_requests());
  request.mutable_requests(0)->set_csr_der(std::string(17 << 20, 'x'));
  grpc::ClientContext bytes_context;
  const grpc::Status bytes = stub->BatchIssueCertificates(&bytes_context, request, &response);
  EXPECT_EQ(bytes.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(WireReason(bytes), "REQUEST_TOO_LARGE");
  // An empty request is an error of its own.
  v1::IssueCertificateResponse issued;
  grpc::ClientContext no_csr_context;
  const grpc::Status no_csr = stub->IssueCertificate(&no_csr_context, Request(""), &issued);
  EXPECT_EQ(no_csr.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(WireReason(no_csr), "CSR_MISSING");
}

TEST_F(ServerTest, AStreamAnswersEveryRequestById) {
  const auto client = Client();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<client::IssueStream> stream,
                               client->OpenStream());
  constexpr int kRequests = 1000;  // four times the stream's window
  std::thread sender([&stream] {
    for (int i = 0; i < kRequests; ++i) {
      const std::string id =
          absl::StrCat("spiffe://fleet.test/", i % 100 == 0 ? "user/" : "svc/", "n", i);
      FLEETCA_EXPECT_OK(stream->Send(i, {.csr_der = MakeCsr(Named(id)), .profile = "service"}));
    }
    stream->FinishSending();
  });
  std::set<uint64_t> answered;
  while (true) {
    const auto answer = stream->Receive();
    FLEETCA_ASSERT_OK(answer);
    if (!answer->has_value()) {
      break;
    }
    EXPECT_TRUE(answered.insert((*answer)->id).second) << "answered twice";
    if ((*answer)->id % 100 == 0) {
      EXPECT_THAT((*answer)->result, IsInvalid(Reason::kSanNotAllowed, "csr.subject_alt_name"));
    } else {
      FLEETCA_EXPECT_OK((*answer)->result);
    }
  }
  sender.join();
  EXPECT_EQ(answered.size(), static_cast<size_t>(kRequests));
}

TEST_F(ServerTest, AStreamThatDoesNotReadItsAnswersStopsItself) {
  Restart([](service::ServerConfig& config) { config.limits.stream_window = 4; });
  const auto stub = NewStub();
  grpc::ClientContext context;
  const auto stream = stub->StreamIssueCertificates(&context);
  v1::StreamIssueCertificatesRequest request;
  *request.mutable_request() = Request(MakeCsr());
  for (int i = 0; i < 64; ++i) {
    request.set_id(i);
    ASSERT_TRUE(stream->Write(request));
  }
  stream->WritesDone();
  int answers = 0;
  v1::StreamIssueCertificatesResponse response;
  while (stream->Read(&response)) {
    EXPECT_TRUE(response.has_certificate());
    EXPECT_EQ(response.chain_der_size(), answers == 0 ? 1 : 0) << "the chain comes once";
    ++answers;
  }
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(answers, 64);
}

TEST_F(ServerTest, WhoIsNotListedGetsTheBundleAndNothingElse) {
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

TEST_F(ServerTest, AnUnknownSerialIsNotFoundAndAMalformedOneInvalid) {
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

// One unary call of a method by its path, with an empty message.
grpc::Status CallMethod(const std::shared_ptr<grpc::Channel>& channel, const std::string& path) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  const grpc::ByteBuffer request(nullptr, 0);
  grpc::ByteBuffer response;
  absl::Notification done;
  grpc::Status result;
  stub.UnaryCall(&context, path, grpc::StubOptions(), &request, &response,
                 [&done, &result](grpc::Status status) {
                   result = std::move(status);
                   done.Notify();
                 });
  done.WaitForNotification();
  return result;
}

TEST_F(ServerTest, Checklist33_ReflectionAndUnknownMethodsAreUnreachableWithoutTheRight) {
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
  Restart([](service::ServerConfig& config) { config.listener.reflection = true; });
  EXPECT_EQ(CallMethod(Channel("agent"), kReflection).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  const grpc::Status reached = CallMethod(Channel(), kReflection);
  EXPECT_TRUE(reached.ok()) << reached.error_message();
}

TEST_F(ServerTest, HealthIsByServiceName) {
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

TEST_F(ServerTest, AFullQueueSaysSoAndTellsWhenToRetry) {
  Restart([](service::ServerConfig& config) {
    config.limits.queue_capacity = 4;
    config.limits.worker_threads = 1;
    config.limits.worker_batch = 1;
  });
  v1::BatchIssueCertificatesRequest request;
  const std::string csr = MakeCsr();
  for (int i = 0; i < 500; ++i) {
    *request.add_requests() = Request(csr);
  }
  v1::BatchIssueCertificatesResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(NewStub()->BatchIssueCertificates(&context, request, &response).ok());
  int issued = 0;
  int full = 0;
  for (const v1::BatchIssueResult& result : response.results()) {
    if (result.has_certificate()) {
      ++issued;
      continue;
    }
    ++full;
    EXPECT_EQ(result.error().code(), static_cast<int>(absl::StatusCode::kResourceExhausted));
    EXPECT_EQ(WireReason(result.error()), "QUEUE_FULL");
    bool has_retry_info = false;
    for (const auto& detail : result.error().details()) {
      google::rpc::RetryInfo retry;
      has_retry_info |= detail.UnpackTo(&retry) && retry.retry_delay().seconds() > 0;
    }
    EXPECT_TRUE(has_retry_info);
  }
  EXPECT_GE(issued, 4);
  EXPECT_GT(full, 0);
}

TEST_F(ServerTest, ADrainLosesNothingThatWasAccepted) {
  constexpr int kThreads = 4;
  std::atomic<bool> stop{false};
  std::atomic<int> issued{0};
  std::vector<std::string> serials[kThreads];
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t, &stop, &issued, &serials] {
      const auto stub = NewStub();
      const std::string csr = MakeCsr();
      while (!stop) {
        v1::IssueCertificateResponse response;
        grpc::ClientContext context;
        const grpc::Status status = stub->IssueCertificate(&context, Request(csr), &response);
        if (status.ok()) {
          serials[t].push_back(response.certificate().serial_number());
          ++issued;
        } else {
          // Refused while draining, never accepted and then lost.
          EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << status.error_message();
          return;
        }
      }
    });
  }
  while (issued < 50) {
    absl::SleepFor(absl::Milliseconds(5));
  }
  FLEETCA_EXPECT_OK(server_->Drain());
  stop = true;
  for (std::thread& thread : threads) {
    thread.join();
  }
  server_.reset();
  Start();
  const auto fresh = Client();
  for (const auto& list : serials) {
    for (const std::string& serial : list) {
      FLEETCA_EXPECT_OK(fresh->Get(*x509::SerialNumber::FromBytes(serial)));
    }
  }
}

TEST_F(ServerTest, ADrainEndsAnOpenStreamAfterItsAnswers) {
  const auto stub = NewStub();
  grpc::ClientContext context;
  const auto stream = stub->StreamIssueCertificates(&context);
  v1::StreamIssueCertificatesRequest request;
  *request.mutable_request() = Request(MakeCsr());
  request.set_id(7);
  ASSERT_TRUE(stream->Write(request));
  v1::StreamIssueCertificatesResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.id(), 7u);
  FLEETCA_EXPECT_OK(server_->Drain());  // does not wait for a client that never ends its stream
  EXPECT_FALSE(stream->Read(&response));
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(WireReason(status), "DRAINING");
  server_.reset();
}

TEST_F(ServerTest, Checklist32_TheServersCertificateRotatesWithoutDroppingCalls) {
  const auto old_channel = NewStub();
  v1::IssueCertificateResponse response;
  grpc::ClientContext first;
  ASSERT_TRUE(old_channel->IssueCertificate(&first, Request(MakeCsr()), &response).ok());
  // A certificate and key for another name, in the place of the server's.
  testing::CsrOptions options;
  const EvpPkeyPtr key = testing::NewTestKey(KeyType::kP256);
  options.key = key.get();
  options.names = {{x509::NameType::kUri, "spiffe://fleet.test/svc/fleetca"},
                   {x509::NameType::kDns, "rotated.fleet.test"}};
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
    auto identity = client::LoadTlsIdentity(Files("admin"), absl::Now());
    FLEETCA_ASSERT_OK(identity);
    grpc::ChannelArguments arguments;
    arguments.SetSslTargetNameOverride("rotated.fleet.test");
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const auto stub = v1::CertificateAuthorityService::NewStub(
        grpc::CreateCustomChannel(address(), identity->credentials, arguments));
    grpc::ClientContext context;
    v1::GetTrustBundleResponse bundle;
    seen = stub->GetTrustBundle(&context, {}, &bundle).ok();
    grpc::ClientContext old_context;
    ASSERT_TRUE(old_channel->IssueCertificate(&old_context, Request(MakeCsr()), &response).ok());
    absl::SleepFor(absl::Milliseconds(100));
  }
  EXPECT_TRUE(seen);
}

TEST_F(ServerTest, ASecondServerOnTheSameFolderOrPortIsRefused) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(service::ServerConfig config,
                               service::LoadServerConfig(ca_ + "/fleetca.textproto"));
  EXPECT_THAT(service::Server::Start(config).status(),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kStoreLocked));
  config.store.path = folder_.path() + "/other";
  config.listener.address = address();
  EXPECT_THAT(service::Server::Start(config).status(),
              IsError(absl::StatusCode::kUnavailable, Reason::kConfigInvalid));
}

}  // namespace
}  // namespace fleetca
