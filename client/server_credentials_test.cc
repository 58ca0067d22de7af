#include "client/server_credentials.h"

#include <memory>
#include <string>

#include "base/durable_file.h"
#include "base/errors.h"
#include "client/ca_client.h"
#include "client/join_token_client.h"
#include "client/testing/bootstrap_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using testing::BootstrapTest;
using testing::FakeOrder;
using testing::FakeServer;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kOtherIdentity;
using testing::kServerIdentity;
using testing::kToken;

class ServerCredentialsTest : public BootstrapTest {
 protected:
  // Of a client of the fleet that is sent to another address.
  CaClientOptions OptionsAt(const std::string& address) {
    CaClientOptions options = Options();
    options.address = address;
    return options;
  }

  static void ExpectAnotherServer(const absl::Status& status, absl::string_view met) {
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_EQ(GetReason(status), Reason::kServerIdentity) << status;
    const std::string message(status.message());
    EXPECT_THAT(message, HasSubstr(std::string(met)));
    EXPECT_THAT(message, HasSubstr(std::string(kServerIdentity) + " is expected"));
    EXPECT_THAT(message, HasSubstr("--server-identity"));
  }
};

TEST_F(ServerCredentialsTest, ARelayWithTheSameDnsNameNeverSeesTheToken) {
  const absl::Status status =
      MakeBootstrapClient(relay_.bootstrap_address())->Issue(Request()).status();
  ExpectAnotherServer(status, std::string("is for ") + kOtherIdentity);
  EXPECT_THAT(std::string(status.message()), ::testing::Not(HasSubstr(kToken)));
  EXPECT_THAT(relay_.service().authorizations(), IsEmpty());
  EXPECT_THAT(relay_.service().requests(), IsEmpty());
  // Nothing was tried again.
  EXPECT_THAT(clock_.slept(), IsEmpty());
}

TEST_F(ServerCredentialsTest, EveryClientRefusesARelay) {
  const CaClientOptions options = OptionsAt(relay_.address());
  const auto client = CaClient::Create(options);
  ASSERT_TRUE(client.ok()) << client.status();
  ExpectAnotherServer((*client)->Issue(Request()).status(), kOtherIdentity);
  ExpectAnotherServer((*client)->GetTrustBundle().status(), kOtherIdentity);
  ExpectAnotherServer((*client)->IssueBatch({Request()}).status(), kOtherIdentity);
  const auto tokens = JoinTokenClient::Create(options);
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  ExpectAnotherServer((*tokens)->RevokeTokens({"00"}).status(), kOtherIdentity);
  EXPECT_THAT(relay_.service().requests(), IsEmpty());
}

TEST_F(ServerCredentialsTest, AStreamToARelayFailsWithTheSameWords) {
  const auto client = CaClient::Create(OptionsAt(relay_.address()));
  ASSERT_TRUE(client.ok()) << client.status();
  const auto stream = (*client)->OpenStream();
  ASSERT_TRUE(stream.ok());
  (*stream)->Send(1, Request()).IgnoreError();
  ExpectAnotherServer((*stream)->Receive().status(), kOtherIdentity);
}

TEST_F(ServerCredentialsTest, TheExpectedIdentityIsTheCallers) {
  CaClientOptions options = OptionsAt(relay_.address());
  options.files.server_identity = kOtherIdentity;
  EXPECT_TRUE((*CaClient::Create(options))->Issue(Request()).ok());
  options.address = server_.address();
  const absl::Status status = (*CaClient::Create(options))->Issue(Request()).status();
  EXPECT_EQ(GetReason(status), Reason::kServerIdentity) << status;
}

TEST_F(ServerCredentialsTest, AServerOfTheSameRootInAnotherTrustDomainIsAnother) {
  FakeServer other("spiffe://other.example/svc/fleetca", server_.shared_ca());
  const auto client = CaClient::Create(OptionsAt(other.address()));
  ASSERT_TRUE(client.ok()) << client.status();
  ExpectAnotherServer((*client)->Issue(Request()).status(), "spiffe://other.example/svc/fleetca");
}

TEST_F(ServerCredentialsTest, AServerWithoutASpiffeIdIsAnother) {
  FakeServer bare("https://fleet.example/svc/fleetca", server_.shared_ca());
  const auto client = CaClient::Create(OptionsAt(bare.address()));
  ASSERT_TRUE(client.ok()) << client.status();
  ExpectAnotherServer((*client)->Issue(Request()).status(), "exactly one SPIFFE ID");
}

// Name, address and identity are right, the chain is good and keeps to the constraints of its CA.
TEST_F(ServerCredentialsTest, WhatASubordinateCaSignedIsNotTheCa) {
  const x509::NameConstraints everything = {
      .permitted = {.dns_domains = {"localhost"},
                    .ip_prefixes = {{std::string("\x7f\0\0\0", 4), 8}},
                    .uri_domains = {"fleet.example"}},
      .excluded = {}};
  const x509::NameConstraints exclusion = {.permitted = {},
                                           .excluded = {.dns_domains = {"other.example"}}};
  for (const x509::NameConstraints& constraints : {everything, exclusion}) {
    FakeServer poser(constraints, server_.shared_ca());
    poser.service().AcceptToken(kToken);
    const auto client = CaClient::Create(OptionsAt(poser.address()));
    ASSERT_TRUE(client.ok()) << client.status();
    ExpectAnotherServer((*client)->GetTrustBundle().status(), "by the word of a subordinate CA");
    ExpectAnotherServer(MakeBootstrapClient(poser.bootstrap_address())->Issue(Request()).status(),
                        "by the word of a subordinate CA");
    EXPECT_THAT(poser.service().authorizations(), IsEmpty());
    EXPECT_THAT(poser.service().requests(), IsEmpty());
  }
}

TEST_F(ServerCredentialsTest, WithoutASpiffeIdOfOnesOwnTheServersMustBeGiven) {
  const auto pair = server_.ca().IssueTls(FakeOrder{});
  CaClientOptions options = OptionsAt(server_.address());
  options.files.certificate_file = server_.dir() + "/bare.crt";
  options.files.private_key_file = server_.dir() + "/bare.key";
  ASSERT_TRUE(WriteFileAtomic(options.files.certificate_file, pair.chain_pem, 0644).ok());
  ASSERT_TRUE(WriteFileAtomic(options.files.private_key_file, pair.key_pem, 0600).ok());
  const absl::Status status = CaClient::Create(options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetReason(status), Reason::kServerIdentity);
  options.files.server_identity = kServerIdentity;
  EXPECT_TRUE((*CaClient::Create(options))->GetTrustBundle().ok());
  for (const char* wrong : {"fleet.example", "spiffe://fleet.example", "spiffe://a/b<c,d>"}) {
    options.files.server_identity = wrong;
    EXPECT_EQ(GetReason(CaClient::Create(options).status()), Reason::kServerIdentity) << wrong;
  }
}

TEST_F(ServerCredentialsTest, ABootstrapClientIsToldWhomToExpect) {
  BootstrapOptions options = OptionsFor(server_.bootstrap_address());
  options.server_identity = "";
  const absl::Status status = BootstrapClient::Create(options, SecretBytes(kToken)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetReason(status), Reason::kServerIdentity);
}

TEST_F(ServerCredentialsTest, RootsNameTheirTrustDomain) {
  const std::string& root = server_.ca().root_der();
  EXPECT_EQ(TrustDomainOfRoots({root}), "fleet.example");
  EXPECT_EQ(TrustDomainOfRoots({root, stranger_.ca().root_der()}), "fleet.example");
  EXPECT_EQ(TrustDomainOfRoots({}), std::nullopt);
  EXPECT_EQ(TrustDomainOfRoots({"junk"}), std::nullopt);
  // "Fleet" is not a trust domain: a trust domain has small letters only.
  EXPECT_EQ(TrustDomainOfRoots({root, server_.ca().issuing_der()}), std::nullopt);
}

TEST(FindServerIdentityMismatchTest, ReadsOnlyItsOwnWords) {
  EXPECT_EQ(FindServerIdentityMismatch("connection refused"), std::nullopt);
  const auto found =
      FindServerIdentityMismatch("x fleetca-server-identity<spiffe://a/b,spiffe://c/d> y");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->expected, "spiffe://a/b");
  EXPECT_EQ(found->met, "spiffe://c/d");
  EXPECT_EQ(FindServerIdentityMismatch("fleetca-server-identity<spiffe://a/b,>")->met, "");
}

}  // namespace
}  // namespace fleetca::client
