#include "tests/integration/server_fixture.h"

#include <grpcpp/generic/generic_stub.h>

#include <chrono>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "base/durable_file.h"
#include "base/file.h"
#include "base/private_key.h"
#include "client/server_credentials.h"
#include "google/rpc/error_details.pb.h"
#include "service/authority/ca_init.h"
#include "tests/testing/status_matchers.h"
#include "x509/pem.h"

namespace fleetca::testing {
namespace {

// Made once for all tests of the process: encrypting the keys takes a second.
const std::string& OneCa() {
  static const auto* const path = [] {
    static const auto* const folder = new TemporaryFolder();
    service::CaInitOptions options;
    options.folder = folder->path() + "/ca";
    options.trust_domain = "fleet.test";
    options.listen = "127.0.0.1:0";
    EXPECT_THAT(service::InitCa(options, Clock::System()), IsOk());
    return new std::string(options.folder);
  }();
  return *path;
}

}  // namespace

CsrOptions Named(absl::string_view uri) {
  CsrOptions options;
  options.names = {{x509::NameType::kUri, uri}};
  return options;
}

v1::IssueCertificateRequest ServiceRequest(absl::string_view csr) {
  v1::IssueCertificateRequest request;
  request.set_csr_der(std::string(csr));
  request.set_profile("service");
  return request;
}

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

grpc::Status CallMethod(const std::shared_ptr<grpc::Channel>& channel, const std::string& path) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
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

void ServerFixture::SetUp() {
  ca_ = folder_.path() + "/ca";
  std::filesystem::copy(OneCa(), ca_, std::filesystem::copy_options::recursive);
  Start();
}

service::ServerConfig ServerFixture::Config() const {
  auto config = service::LoadServerConfig(ca_ + "/fleetca.textproto");
  EXPECT_THAT(config, IsOk());
  return *std::move(config);
}

void ServerFixture::Start(const Edit& edit) {
  service::ServerConfig config = Config();
  if (edit) {
    edit(config);
  }
  // This program is a test and cannot serve the bootstrap port.
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      server_, service::Server::Start(
                   config, {.bootstrap_program = std::filesystem::absolute("fleetca").string()}));
}

void ServerFixture::Stop() {
  if (server_ != nullptr) {
    FLEETCA_EXPECT_OK(server_->Drain());
    server_.reset();
  }
}

void ServerFixture::Restart(const Edit& edit) {
  Stop();
  Start(edit);
}

std::string ServerFixture::address() const { return absl::StrCat("127.0.0.1:", server_->port()); }

std::string ServerFixture::bootstrap_address() const {
  return absl::StrCat("127.0.0.1:", server_->bootstrap_port());
}

void ServerFixture::AddToPolicy(absl::string_view rules) {
  const std::string path = ca_ + "/policy.textproto";
  const auto text = ReadFile(path);
  FLEETCA_ASSERT_OK(text);
  const std::string before = absl::StrCat("policy_revision: ", policy_revision_, "\n");
  const std::string after = absl::StrCat("policy_revision: ", ++policy_revision_, "\n");
  const std::string raised = absl::StrReplaceAll(*text, {{before, after}});
  ASSERT_NE(raised, *text);
  FLEETCA_ASSERT_OK(WriteFileAtomic(path, absl::StrCat(raised, rules, "\n"), 0644));
}

client::TlsFiles ServerFixture::Files(absl::string_view name) const {
  return {.ca_file = ca_ + "/trust-bundle.pem",
          .certificate_file = absl::StrCat(ca_, "/", name, ".crt"),
          .private_key_file = absl::StrCat(ca_, "/", name, ".key")};
}

std::unique_ptr<client::CaClient> ServerFixture::Client(absl::string_view name) const {
  client::CaClientOptions options;
  options.address = address();
  options.files = Files(name);
  options.deadline = absl::Seconds(20);
  auto client = client::CaClient::Create(options);
  EXPECT_THAT(client, IsOk());
  return *std::move(client);
}

std::shared_ptr<grpc::Channel> ServerFixture::Channel(absl::string_view name,
                                                      const std::string& server_name,
                                                      const std::string& at) const {
  auto identity = client::LoadTlsIdentity(Files(name), absl::Now());
  EXPECT_THAT(identity, IsOk());
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetMaxSendMessageSize(-1);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  if (!server_name.empty()) {
    arguments.SetSslTargetNameOverride(server_name);
  }
  return grpc::CreateCustomChannel(at.empty() ? address() : at, identity->credentials, arguments);
}

std::shared_ptr<grpc::Channel> ServerFixture::ChannelWithoutCertificate(
    const std::string& at) const {
  const auto roots = client::LoadRoots(ca_ + "/trust-bundle.pem");
  EXPECT_THAT(roots, IsOk());
  client::ServerTls tls;
  tls.roots_der = *roots;
  tls.server_identity = "spiffe://fleet.test/svc/fleetca";
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(at, client::ServerCredentials(tls), arguments);
}

std::unique_ptr<ServerFixture::Stub> ServerFixture::NewStub(absl::string_view name) const {
  return v1::CertificateAuthorityService::NewStub(Channel(name));
}

void ServerFixture::MakeAgent(absl::string_view name) {
  const EvpPkeyPtr key = NewTestKey(KeyType::kP256);
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

}  // namespace fleetca::testing
