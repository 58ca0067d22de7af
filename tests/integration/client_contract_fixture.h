// A CA that runs, the server or the fake that the client's own tests run against, and clients of
// it.
#ifndef FLEETCA_TESTS_INTEGRATION_CLIENT_CONTRACT_FIXTURE_H_
#define FLEETCA_TESTS_INTEGRATION_CLIENT_CONTRACT_FIXTURE_H_

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/secret.h"
#include "base/status_macros.h"
#include "client/bootstrap_client.h"
#include "client/ca_client.h"
#include "client/issued.h"
#include "client/join_token_client.h"
#include "client/server_credentials.h"
#include "client/testing/fake_server.h"
#include "client/tls_identity.h"
#include "tests/integration/server_fixture.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::testing {

inline constexpr char kRequestId[] = "0123456789abcdef";

// A CA that runs, with an administrator's files.
class RunningCa {
 public:
  virtual ~RunningCa() = default;
  virtual std::string trust_domain() const = 0;
  virtual std::string issuing_address() const = 0;
  virtual std::string bootstrap_port() const = 0;
  virtual client::TlsFiles admin() const = 0;
};

class FakeRunningCa final : public RunningCa {
 public:
  std::string trust_domain() const override { return "fleet.example"; }
  std::string issuing_address() const override { return server_.address(); }
  std::string bootstrap_port() const override { return server_.bootstrap_address(); }
  client::TlsFiles admin() const override { return server_.files(); }

 private:
  client::testing::FakeServer server_;
};

// The fixture of the tests beside this one, held by a test of another kind.
class RealRunningCa final : public RunningCa, private ServerFixture {
 public:
  RealRunningCa() {
    ServerFixture::SetUp();
    Restart([](service::ServerConfig& config) { config.bootstrap_address = "127.0.0.1:0"; });
  }
  ~RealRunningCa() override { ServerFixture::TearDown(); }
  std::string trust_domain() const override { return "fleet.test"; }
  std::string issuing_address() const override { return address(); }
  std::string bootstrap_port() const override { return bootstrap_address(); }
  client::TlsFiles admin() const override { return Files("admin"); }

 private:
  void TestBody() override {}
};

class ClientContractTest : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (GetParam()) {
      ca_ = std::make_unique<RealRunningCa>();
    } else {
      ca_ = std::make_unique<FakeRunningCa>();
    }
    client::CaClientOptions options;
    options.address = ca_->issuing_address();
    options.files = ca_->admin();
    options.deadline = absl::Seconds(20);
    FLEETCA_ASSERT_OK_AND_ASSIGN(client_, client::CaClient::Create(options));
    FLEETCA_ASSERT_OK_AND_ASSIGN(tokens_, client::JoinTokenClient::Create(options));
    FLEETCA_ASSERT_OK_AND_ASSIGN(client::TlsIdentity identity,
                                 client::LoadTlsIdentity(options.files, absl::Now()));
    stub_ = v1::CertificateAuthorityService::NewStub(
        grpc::CreateChannel(options.address, identity.credentials));
  }

  std::string Identity(absl::string_view path) const {
    return absl::StrCat("spiffe://", ca_->trust_domain(), path);
  }
  std::string Csr(absl::string_view path = "/svc/web") const {
    const std::string identity = Identity(path);
    return MakeCsr(Named(identity));
  }
  client::IssueOptions Request() const { return {.csr_der = Csr(), .profile = "service"}; }
  v1::IssueCertificateRequest Message(const std::string& csr, const std::string& request_id) {
    v1::IssueCertificateRequest message;
    message.set_csr_der(csr);
    message.set_profile("service");
    message.set_request_id(request_id);
    return message;
  }
  // One call without the client's help.
  grpc::Status Call(const v1::IssueCertificateRequest& request,
                    v1::IssueCertificateResponse* response) {
    grpc::ClientContext context;
    return stub_->IssueCertificate(&context, request, response);
  }
  std::vector<client::CreatedJoinToken> CreateTokens(std::vector<std::string> paths) {
    client::CreateTokensOptions options;
    for (const std::string& path : paths) {
      options.identities.push_back(Identity(path));
    }
    options.profile = "host";
    auto made = tokens_->CreateTokens(options);
    EXPECT_THAT(made, IsOk());
    return made.ok() ? *std::move(made) : std::vector<client::CreatedJoinToken>();
  }
  absl::StatusOr<client::Issued> IssueByToken(absl::string_view token,
                                              const client::IssueOptions& request) {
    client::BootstrapOptions options;
    options.address = ca_->bootstrap_port();
    options.server_identity = Identity("/svc/fleetca");
    options.deadline = absl::Seconds(20);
    FLEETCA_ASSIGN_OR_RETURN(options.roots_der, client::LoadRoots(ca_->admin().ca_file));
    FLEETCA_ASSIGN_OR_RETURN(const auto client,
                             client::BootstrapClient::Create(options, SecretBytes(token)));
    return client->Issue(request);
  }
  std::vector<std::string> IdsOf(const client::ListTokensOptions& options) {
    std::vector<std::string> ids;
    std::string page;
    do {
      auto list = tokens_->ListTokens(options, page);
      EXPECT_THAT(list, IsOk());
      if (!list.ok()) {
        break;
      }
      for (const client::JoinToken& token : list->tokens) {
        ids.push_back(token.id);
      }
      page = list->next_page_token;
    } while (!page.empty());
    return ids;
  }

  std::unique_ptr<RunningCa> ca_;
  std::unique_ptr<client::CaClient> client_;
  std::unique_ptr<client::JoinTokenClient> tokens_;
  std::unique_ptr<v1::CertificateAuthorityService::Stub> stub_;
};

// For INSTANTIATE_TEST_SUITE_P(Both, ..., ::testing::Bool(), NameOfCa).
inline std::string NameOfCa(const ::testing::TestParamInfo<bool>& info) {
  return info.param ? "Server" : "Fake";
}

}  // namespace fleetca::testing

#endif  // FLEETCA_TESTS_INTEGRATION_CLIENT_CONTRACT_FIXTURE_H_
