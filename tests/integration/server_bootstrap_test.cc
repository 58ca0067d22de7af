// A host without a certificate at the server's second port: join tokens, JWTs, and what is refused.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/durable_file.h"
#include "fleetca/v1/join_tokens.grpc.pb.h"
#include "service/jwt/testing/jwt_maker.h"
#include "tests/integration/server_fixture.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_key.h"
#include "x509/certificate.h"

namespace fleetca {
namespace {

using ::fleetca::testing::MakeCsr;
using ::fleetca::testing::MakeToken;
using ::fleetca::testing::Named;
using ::fleetca::testing::TestKey;
using ::fleetca::testing::WireReason;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kHost[] = "spiffe://fleet.test/host/web-1";
constexpr char kIssuer[] = "https://ci.test";

class ServerBootstrapTest : public testing::ServerFixture {
 protected:
  void SetUp() override {
    ServerFixture::SetUp();
    Restart(WithBootstrap);
  }

  static void WithBootstrap(service::ServerConfig& config) {
    config.bootstrap_address = "127.0.0.1:0";
  }

  grpc::Status CreateTokens(const v1::CreateJoinTokensRequest& request,
                            v1::CreateJoinTokensResponse* response,
                            absl::string_view caller = "admin") {
    grpc::ClientContext context;
    return v1::JoinTokenService::NewStub(Channel(caller))
        ->CreateJoinTokens(&context, request, response);
  }

  v1::CreatedJoinToken NewToken(uint32_t uses = 1) {
    v1::CreateJoinTokensRequest request;
    request.add_identities(kHost);
    request.set_profile("host");
    request.set_uses(uses);
    v1::CreateJoinTokensResponse response;
    const grpc::Status status = CreateTokens(request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(response.tokens_size(), 1);
    return response.tokens(0);
  }

  // IssueCertificate by the header's value; the CSR asks for no name.
  grpc::Status Issue(const std::string& header, v1::IssueCertificateResponse* response,
                     const std::shared_ptr<grpc::Channel>& channel, absl::string_view csr = "") {
    v1::IssueCertificateRequest request;
    request.set_csr_der(csr.empty() ? no_names_ : std::string(csr));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    if (!header.empty()) {
      context.AddMetadata("authorization", header);
    }
    return v1::CertificateAuthorityService::NewStub(channel)->IssueCertificate(&context, request,
                                                                               response);
  }
  grpc::Status Issue(const std::string& header) {
    v1::IssueCertificateResponse response;
    return Issue(header, &response, ChannelWithoutCertificate(bootstrap_address()));
  }

  static void ExpectRefused(const grpc::Status& status) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED) << status.error_message();
    EXPECT_EQ(WireReason(status), "CALLER_UNKNOWN");
  }

  const std::string no_names_ = MakeCsr({.attributes = std::string()});
};

TEST_F(ServerBootstrapTest, AHostGetsItsCertificateAndThenUsesIt) {
  const v1::CreatedJoinToken token = NewToken();
  EXPECT_EQ(token.info().creator(), "spiffe://fleet.test/operator/admin");
  EXPECT_EQ(token.info().uses_left(), 1u);
  v1::IssueCertificateResponse response;
  const grpc::Status status =
      Issue("Bearer " + token.token(), &response, ChannelWithoutCertificate(bootstrap_address()));
  ASSERT_TRUE(status.ok()) << status.error_message();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate certificate,
                               x509::ParseCertificate(response.certificate().certificate_der()));
  EXPECT_EQ(certificate.SpiffeId(), kHost);
  EXPECT_EQ(response.chain_der_size(), 1);
  ExpectRefused(Issue("Bearer " + token.token()));

  grpc::ClientContext context;
  v1::ListJoinTokensResponse list;
  ASSERT_TRUE(v1::JoinTokenService::NewStub(Channel())->ListJoinTokens(&context, {}, &list).ok());
  ASSERT_EQ(list.tokens_size(), 1);
  EXPECT_EQ(list.tokens(0).id(), token.info().id());
  EXPECT_EQ(list.tokens(0).uses_left(), 0u);
  EXPECT_EQ(list.tokens(0).last_serial_number(), response.certificate().serial_number());
  // The list does not have the secret.
  EXPECT_THAT(list.SerializeAsString(), Not(HasSubstr(token.token().substr(4))));
}

TEST_F(ServerBootstrapTest, Checklist29_OneOfAHundredClientsAtOnce) {
  const std::string header = "Bearer " + NewToken().token();
  std::atomic<int> succeeded{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 100; ++i) {
    clients.emplace_back([&] {
      const grpc::Status status = Issue(header);
      if (status.ok()) {
        ++succeeded;
      } else {
        ExpectRefused(status);
      }
    });
  }
  for (std::thread& client : clients) {
    client.join();
  }
  EXPECT_EQ(succeeded, 1);
}

TEST_F(ServerBootstrapTest, Checklist29_TokensOutliveARestartAndSoDoTheirUses) {
  const std::string used = "Bearer " + NewToken().token();
  const std::string fresh = "Bearer " + NewToken().token();
  ASSERT_TRUE(Issue(used).ok());
  Restart(WithBootstrap);
  ExpectRefused(Issue(used));
  EXPECT_TRUE(Issue(fresh).ok());
}

TEST_F(ServerBootstrapTest, ARevokedTokenIsOfNoUse) {
  const v1::CreatedJoinToken token = NewToken(5);
  ASSERT_TRUE(Issue("Bearer " + token.token()).ok());
  v1::RevokeJoinTokensRequest request;
  request.add_ids(token.info().id());
  v1::RevokeJoinTokensResponse response;
  const auto stub = v1::JoinTokenService::NewStub(Channel());
  grpc::ClientContext context;
  ASSERT_TRUE(stub->RevokeJoinTokens(&context, request, &response).ok());
  EXPECT_EQ(response.tokens(0).revoker(), "spiffe://fleet.test/operator/admin");
  ExpectRefused(Issue("Bearer " + token.token()));
  // One unknown id among them, and none is revoked.
  const v1::CreatedJoinToken other = NewToken();
  request.add_ids("0123456789abcdef");
  request.set_ids(0, other.info().id());
  grpc::ClientContext second;
  EXPECT_EQ(stub->RevokeJoinTokens(&second, request, &response).error_code(),
            grpc::StatusCode::NOT_FOUND);
  EXPECT_TRUE(Issue("Bearer " + other.token()).ok());
}

TEST_F(ServerBootstrapTest, WithoutOneTokenThereIsNothing) {
  const std::string token = NewToken().token();
  const std::vector<std::string> headers = {
      "",         "Bearer",         "Bearer ",
      token,      "Basic " + token, "Bearer  " + token,
      "Bearer x", "Bearer a.b.c",   "Bearer " + std::string(9000, 'x')};
  for (const std::string& header : headers) {
    ExpectRefused(Issue(header));
  }
  // Two of them, one right.
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer " + token);
  context.AddMetadata("authorization", "Bearer x");
  v1::IssueCertificateRequest request;
  request.set_csr_der(no_names_);
  v1::IssueCertificateResponse response;
  const auto channel = ChannelWithoutCertificate(bootstrap_address());
  ExpectRefused(v1::CertificateAuthorityService::NewStub(channel)->IssueCertificate(
      &context, request, &response));
  EXPECT_TRUE(Issue("bearer " + token).ok()) << "the scheme has no case";
}

TEST_F(ServerBootstrapTest, TheIssuingPortTakesCertificatesAlone) {
  const std::string token = NewToken().token();
  v1::IssueCertificateResponse response;
  const grpc::Status without =
      Issue("Bearer " + token, &response, ChannelWithoutCertificate(address()));
  EXPECT_EQ(without.error_code(), grpc::StatusCode::UNAVAILABLE) << "no handshake";
  // A token beside a certificate changes nothing: the caller is who has the certificate, and
  // neither the profile nor the identity are the token's. What claims to be an identity is passed
  // over as well.
  grpc::ClientContext context;
  for (const char* name :
       {"x-forwarded-client-cert", "x-fleet-identity", "x-spiffe-id", "x-forwarded-user"}) {
    context.AddMetadata(name, "URI=spiffe://fleet.test/svc/web");
  }
  context.AddMetadata("authorization", "Bearer " + token);
  v1::IssueCertificateRequest request;
  request.set_csr_der(MakeCsr(Named("spiffe://fleet.test/svc/web")));
  request.set_profile("service");
  MakeAgent("agent");
  const grpc::Status as_agent = v1::CertificateAuthorityService::NewStub(Channel("agent"))
                                    ->IssueCertificate(&context, request, &response);
  EXPECT_EQ(as_agent.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(WireReason(as_agent), "CALLER_NOT_ALLOWED");
  EXPECT_TRUE(Issue("Bearer " + token).ok()) << "the token was not used";
}

TEST_F(ServerBootstrapTest, TokensAreMadeByWhoMayAndForWhatTheyMayAsk) {
  MakeAgent("agent");
  AddToPolicy(
      "identities { name: \"agent\" identity: \"/svc/agent\" profiles: \"service\" "
      "issue_for: \"/host/web-1\" rights { may_manage_tokens: true } }");
  FLEETCA_ASSERT_OK(server_->ReloadPolicy());
  v1::CreateJoinTokensRequest request;
  request.add_identities(kHost);
  request.set_profile("host");
  v1::CreateJoinTokensResponse response;
  EXPECT_TRUE(CreateTokens(request, &response, "agent").ok());
  // The right alone makes no token for whom the agent may not ask; and all or none are made.
  request.add_identities("spiffe://fleet.test/host/web-2");
  const grpc::Status other = CreateTokens(request, &response, "agent");
  EXPECT_EQ(other.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  request.mutable_identities()->RemoveLast();
  request.set_profile("user");
  EXPECT_EQ(CreateTokens(request, &response).error_code(), grpc::StatusCode::PERMISSION_DENIED);
  request.set_profile("host");
  request.mutable_lifetime()->set_seconds(0);
  EXPECT_EQ(WireReason(CreateTokens(request, &response)), "LIFETIME_INVALID");
  request.mutable_lifetime()->set_seconds(30 * 24 * 3600 + 1);
  EXPECT_EQ(WireReason(CreateTokens(request, &response)), "LIFETIME_INVALID");
  request.clear_lifetime();
  request.set_uses(100001);
  EXPECT_EQ(WireReason(CreateTokens(request, &response)), "CONFIG_INVALID");
  request.set_uses(1);
  for (int i = 0; i < 1000; ++i) {
    request.add_identities(kHost);
  }
  EXPECT_EQ(WireReason(CreateTokens(request, &response)), "REQUEST_TOO_LARGE");
  request.mutable_identities()->RemoveLast();
  ASSERT_TRUE(CreateTokens(request, &response).ok());
  EXPECT_EQ(response.tokens_size(), 1000);
}

TEST_F(ServerBootstrapTest, ListsComeInPages) {
  for (int i = 0; i < 5; ++i) {
    NewToken();
  }
  const auto stub = v1::JoinTokenService::NewStub(Channel());
  v1::ListJoinTokensRequest request;
  request.set_page_size(2);
  std::vector<std::string> ids;
  do {
    grpc::ClientContext context;
    v1::ListJoinTokensResponse page;
    ASSERT_TRUE(stub->ListJoinTokens(&context, request, &page).ok());
    EXPECT_LE(page.tokens_size(), 2);
    for (const v1::JoinToken& token : page.tokens()) {
      ids.push_back(token.id());
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(ids.size(), 5u);
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::unique(ids.begin(), ids.end()), ids.end());
}

// JWTs, end to end: what the verifier refuses in full is tested with it.
class ServerJwtTest : public ServerBootstrapTest {
 protected:
  void SetUp() override {
    ServerBootstrapTest::SetUp();
    const std::string jwks = folder_.path() + "/ci.json";
    FLEETCA_ASSERT_OK(WriteFileAtomic(
        jwks, testing::MakeJwks({testing::MakeJwk(TestKey::OfType(KeyType::kP256), "k")}), 0644));
    issuer_.url = kIssuer;
    issuer_.audiences = {"fleetca"};
    issuer_.algorithms = {service::SigningAlgorithm::kEs256};
    issuer_.jwks_file = jwks;
    issuer_.rules = {{kIssuer, {{"sub", "repo/{name}"}}, "/svc/{name}"}};
    RestartWithIssuer();
  }

  void RestartWithIssuer() {
    Restart([this](service::ServerConfig& config) {
      WithBootstrap(config);
      config.token_issuers = {issuer_};
    });
  }

  static std::string Token(absl::string_view subject, absl::string_view audience = "fleetca",
                           absl::Duration expires_in = absl::Minutes(5),
                           absl::string_view more = "") {
    const std::string payload =
        absl::StrCat(R"({"iss":")", kIssuer, R"(","sub":")", subject, R"(","aud":")", audience,
                     R"(","exp":)", absl::ToUnixSeconds(absl::Now() + expires_in), more, "}");
    return MakeToken(R"({"alg":"ES256","kid":"k"})", payload, TestKey::OfType(KeyType::kP256),
                     SignatureScheme::kEcdsaSha256);
  }

  grpc::Status IssueBy(const std::string& token, v1::IssueCertificateResponse* response,
                       absl::string_view csr = "") {
    v1::IssueCertificateRequest request;
    request.set_csr_der(csr.empty() ? no_names_ : std::string(csr));
    request.set_profile("service");
    return IssueBy(token, request, response);
  }
  grpc::Status IssueBy(const std::string& token, const v1::IssueCertificateRequest& request,
                       v1::IssueCertificateResponse* response) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer " + token);
    return v1::CertificateAuthorityService::NewStub(ChannelWithoutCertificate(bootstrap_address()))
        ->IssueCertificate(&context, request, response);
  }

  service::TokenIssuerConfig issuer_;
};

TEST_F(ServerJwtTest, StandsForTheIdentityThatTheRulesSay) {
  v1::IssueCertificateResponse response;
  const grpc::Status status = IssueBy(Token("repo/web"), &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate certificate,
                               x509::ParseCertificate(response.certificate().certificate_der()));
  EXPECT_EQ(certificate.SpiffeId(), "spiffe://fleet.test/svc/web");
  // For nobody else, whatever the CSR says.
  const grpc::Status other =
      IssueBy(Token("repo/web"), &response, MakeCsr(Named("spiffe://fleet.test/svc/db")));
  EXPECT_EQ(other.error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(ServerJwtTest, OneThatIsNotRightIsRefusedLikeAnyToken) {
  v1::IssueCertificateResponse response;
  const grpc::Status expired = IssueBy(Token("repo/web", "fleetca", -absl::Hours(1)), &response);
  ExpectRefused(expired);
  const grpc::Status audience = IssueBy(Token("repo/web", "other"), &response);
  ExpectRefused(audience);
  EXPECT_EQ(audience.error_message(), expired.error_message());
  // A right one that no rule gives an identity.
  const grpc::Status ruleless = IssueBy(Token("user/web"), &response);
  EXPECT_EQ(ruleless.error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(ServerJwtTest, Checklist44_OneThatIsGoodForOneCertificateIsUsedUpByThatAlone) {
  issuer_.one_use = true;
  RestartWithIssuer();
  const std::string token = Token("repo/web", "fleetca", absl::Minutes(5), R"(,"jti":"build-1")");
  v1::IssueCertificateResponse response;
  v1::IssueCertificateRequest request;
  request.set_csr_der(no_names_);
  request.set_profile("no such profile");
  EXPECT_EQ(IssueBy(token, request, &response).error_code(), grpc::StatusCode::PERMISSION_DENIED);
  request.set_profile("service");
  request.set_validate_only(true);
  EXPECT_TRUE(IssueBy(token, request, &response).ok());
  request.set_validate_only(false);
  request.set_request_id("0123456789abcdef");
  const grpc::Status issued = IssueBy(token, request, &response);
  ASSERT_TRUE(issued.ok()) << issued.error_message();
  const std::string certificate = response.certificate().certificate_der();
  // Here, and by a server that was started since: the answer again, and nothing else.
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(IssueBy(token, request, &response).ok());
    EXPECT_EQ(response.certificate().certificate_der(), certificate);
    EXPECT_TRUE(response.certificate().replayed());
    ExpectRefused(IssueBy(token, &response));
    RestartWithIssuer();
  }
}

}  // namespace
}  // namespace fleetca
