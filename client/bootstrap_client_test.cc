#include "client/bootstrap_client.h"

#include <memory>
#include <string>

#include "base/errors.h"
#include "base/secret.h"
#include "client/testing/bootstrap_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using testing::BootstrapTest;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kDraining;
using testing::kToken;
using ::testing::Not;

class BootstrapClientTest : public BootstrapTest {};

TEST_F(BootstrapClientTest, IssuesForATokenWithoutProfile) {
  IssueOptions request = Request();
  request.profile = "";
  const absl::StatusOr<Issued> issued =
      MakeBootstrapClient(server_.bootstrap_address())->Issue(request);
  ASSERT_TRUE(issued.ok()) << issued.status();
  EXPECT_FALSE(issued->certificate_der.empty());
  EXPECT_EQ(issued->request_id.size(), 16);
  EXPECT_THAT(server_.service().authorizations(), ElementsAre(std::string("Bearer ") + kToken));
  ASSERT_EQ(server_.service().requests().size(), 1);
  EXPECT_EQ(server_.service().requests()[0].profile(), "");
}

TEST_F(BootstrapClientTest, ALostAnswerIsReplayedForTheSameRequestId) {
  server_.service().FailNext({kDraining, kDraining});
  const absl::StatusOr<Issued> issued =
      MakeBootstrapClient(server_.bootstrap_address())->Issue(Request());
  ASSERT_TRUE(issued.ok()) << issued.status();
  const auto requests = server_.service().requests();
  ASSERT_EQ(requests.size(), 3);
  EXPECT_EQ(requests[1].request_id(), requests[0].request_id());
  EXPECT_EQ(requests[2].request_id(), issued->request_id);
  EXPECT_THAT(clock_.slept(), ElementsAre(absl::Milliseconds(100), absl::Milliseconds(200)));
  EXPECT_THAT(server_.service().authorizations(), Each(std::string("Bearer ") + kToken));
}

TEST_F(BootstrapClientTest, ARefusedTokenIsFinalAndNotQuoted) {
  const absl::Status status =
      MakeBootstrapClient(server_.bootstrap_address(), "fcj_wrong")->Issue(Request()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(GetReason(status), Reason::kCallerUnknown);
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("fcj_")));
  EXPECT_THAT(server_.service().authorizations(), ElementsAre("Bearer fcj_wrong"));
}

TEST_F(BootstrapClientTest, AManInTheMiddleNeverSeesTheToken) {
  const absl::Status status =
      MakeBootstrapClient(stranger_.bootstrap_address())->Issue(Request()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_EQ(GetReason(status), Reason::kServerUnreachable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("does not chain to the roots"));
  EXPECT_THAT(stranger_.service().authorizations(), IsEmpty());
  EXPECT_THAT(stranger_.service().requests(), IsEmpty());
}

TEST_F(BootstrapClientTest, AServerOfAnotherNameNeverSeesTheToken) {
  BootstrapOptions options = OptionsFor(server_.bootstrap_address());
  options.server_name = "ca.fleet.example";
  const auto client = BootstrapClient::Create(options, SecretBytes(kToken));
  ASSERT_TRUE(client.ok());
  const absl::Status status = (*client)->Issue(Request()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_EQ(GetReason(status), Reason::kServerUnreachable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("--server-name"));
  EXPECT_THAT(server_.service().authorizations(), IsEmpty());
}

TEST_F(BootstrapClientTest, TheAnswerMustBeOfTheSameCa) {
  // Someone has a server certificate of the CA, but not its key.
  const testing::FakeCa& other = stranger_.ca();
  server_.service().Tamper([&other](v1::IssuedCertificate*, std::vector<std::string>* chain) {
    *chain = {other.issuing_der()};
  });
  testing::ExpectAnswerInvalid(
      MakeBootstrapClient(server_.bootstrap_address())->Issue(Request()).status(), "chain");
}

TEST_F(BootstrapClientTest, ThePortForClientCertificatesIsNamedAsTheMistake) {
  const absl::Status status = MakeBootstrapClient(server_.address())->Issue(Request()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_EQ(GetReason(status), Reason::kServerUnreachable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("bootstrap port"));
  EXPECT_THAT(server_.service().authorizations(), IsEmpty());
}

TEST_F(BootstrapClientTest, ACertificateForAnotherThanWasAskedForIsNotTaken) {
  IssueOptions request = Request();
  request.identity = "spiffe://fleet.example/host/one";
  EXPECT_TRUE(MakeBootstrapClient(server_.bootstrap_address())->Issue(request).ok());
  const std::string other =
      server_.ca()
          .Issue({.spki = std::string(*CsrPublicKey(request.csr_der)),
                  .names = {{x509::NameType::kUri, "spiffe://fleet.example/host/two"}}})
          .der;
  server_.service().Tamper([&other](v1::IssuedCertificate* certificate, std::vector<std::string>*) {
    certificate->set_certificate_der(other);
  });
  const absl::Status status =
      MakeBootstrapClient(server_.bootstrap_address())->Issue(request).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(IsForAnother(status)) << status;
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("is for \"spiffe://fleet.example/host/two\", and one for "
                        "spiffe://fleet.example/host/one was asked for"));
}

TEST_F(BootstrapClientTest, WithoutRootsThereIsNoClient) {
  BootstrapOptions options = OptionsFor(server_.bootstrap_address());
  options.roots_der.clear();
  const absl::Status status = BootstrapClient::Create(options, SecretBytes(kToken)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetReason(status), Reason::kFileInvalid);
}

TEST_F(BootstrapClientTest, ValidateOnlyHasTheDecision) {
  IssueOptions request = Request();
  request.validate_only = true;
  request.identity = "spiffe://fleet.example/host/one";
  const absl::StatusOr<Issued> issued =
      MakeBootstrapClient(server_.bootstrap_address())->Issue(request);
  ASSERT_TRUE(issued.ok()) << issued.status();
  ASSERT_TRUE(issued->decision.has_value());
  EXPECT_EQ(issued->decision->identity, request.identity);
  EXPECT_EQ(issued->decision->caller_rule, "admins");
  EXPECT_EQ(issued->decision->subject_rule, "services");
  EXPECT_EQ(issued->decision->profile, "server");
  EXPECT_THAT(issued->decision->names,
              ElementsAre("URI:spiffe://fleet.example/host/one", "DNS:web.fleet.example"));
  EXPECT_THAT(issued->decision->roles, ElementsAre("reader", "writer"));
  EXPECT_THAT(issued->decision->audience, ElementsAre("echo"));
  EXPECT_THAT(issued->decision->attributes,
              ElementsAre(std::pair<std::string, std::string>("team", "web")));
  EXPECT_EQ(issued->decision->lifetime, absl::Hours(24));
  EXPECT_EQ(issued->decision->max_lifetime, absl::Hours(7 * 24));
  EXPECT_EQ(issued->decision->policy_revision, 3);
}

}  // namespace
}  // namespace fleetca::client
