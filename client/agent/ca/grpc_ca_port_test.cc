#include "client/agent/ca/grpc_ca_port.h"

#include <memory>
#include <string>
#include <vector>

#include "base/errors.h"
#include "client/agent/ca/testing/agent_ca_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/certificate.h"

namespace fleetca::client {
namespace {

using fleetca::testing::IsError;
using fleetca::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kDraining;
using testing::kForbidden;
using testing::kToken;
using testing::QueueFull;
using ::testing::SizeIs;

class GrpcCaPortTest : public testing::AgentCaTest {
 protected:
  const std::unique_ptr<CaPort> port_ = MakeCaPort(PortOptions());
};

std::string KeyOf(const std::string& certificate_der) {
  return std::string(x509::ParseCertificate(certificate_der)->public_key.spki);
}

TEST_F(GrpcCaPortTest, AHostLivesFromItsTokenOn) {
  const Credential held = Enroll(*port_);
  EXPECT_THAT(server_.service().authorizations(), ElementsAre(std::string("Bearer ") + kToken));
  EXPECT_THAT(port_->Try(held), IsOk());

  const absl::StatusOr<RenewalInfo> info = port_->GetRenewalInfo(held);
  ASSERT_THAT(info, IsOk());
  EXPECT_GE(info->retry_after, absl::Hours(1));

  const absl::StatusOr<TrustBundle> bundle = port_->GetTrustBundle(held);
  ASSERT_THAT(bundle, IsOk());
  EXPECT_THAT(bundle->roots_der, ElementsAre(server_.ca().root_der()));

  const absl::StatusOr<Issued> renewed = port_->Renew(held, {});
  ASSERT_THAT(renewed, IsOk());
  EXPECT_EQ(KeyOf(renewed->certificate_der), KeyOf(held.certificate_der));
  EXPECT_NE(renewed->certificate_der, held.certificate_der);
}

// The CA's server is asked, and takes what has not ended by its own clock.
TEST_F(GrpcCaPortTest, AHostWhoseClockIsDaysAheadRenewsByMutualTls) {
  const Credential held = Admin();
  clock_.Sleep(absl::Hours(24 * 30));
  ::testing::internal::CaptureStderr();
  const absl::StatusOr<Issued> renewed = port_->Renew(held, {});
  const absl::StatusOr<Issued> again = port_->Renew(held, {});
  const std::string said = ::testing::internal::GetCapturedStderr();
  ASSERT_THAT(renewed, IsOk());
  ASSERT_THAT(again, IsOk());
  EXPECT_THAT(server_.service().proofs(), SizeIs(0));
  // Of the clock the log has a word, and not one for each answer.
  constexpr absl::string_view kWord = "this machine's clock is";
  EXPECT_THAT(said, HasSubstr(kWord));
  EXPECT_EQ(said.find(kWord.data()), said.rfind(kWord.data())) << said;
}

TEST_F(GrpcCaPortTest, ACertificateIsRenewedByAProofAtTheBootstrapPort) {
  EXPECT_THAT(port_->RenewByProof(Admin(), {}), IsOk());
  EXPECT_THAT(server_.service().proofs(), SizeIs(1));
}

TEST_F(GrpcCaPortTest, AnAttemptIsOneAndItsErrorIsTheServers) {
  server_.service().FailNext({QueueFull(absl::Seconds(9))});
  const absl::Status busy = port_->Enroll(SecretBytes(kToken), {.csr_der = csr_}).status();
  EXPECT_THAT(busy, IsError(absl::StatusCode::kResourceExhausted, Reason::kQueueFull));
  EXPECT_EQ(GetRetryDelay(busy), absl::Seconds(9));
  EXPECT_THAT(server_.service().requests(), SizeIs(1));
  EXPECT_THAT(clock_.slept(), IsEmpty());
}

TEST_F(GrpcCaPortTest, TheNextServerIsAskedForTheSame) {
  // Twice the same one: the fake servers do not share what they have answered.
  CaPortOptions options = PortOptions();
  options.bootstrap_addresses = {server_.bootstrap_address(), server_.bootstrap_address()};
  const auto port = MakeCaPort(options);
  server_.service().FailNext({kDraining});
  EXPECT_THAT(port->Enroll(SecretBytes(kToken), {.csr_der = csr_}), IsOk());
  const auto requests = server_.service().requests();
  ASSERT_THAT(requests, SizeIs(2));
  EXPECT_EQ(requests[0].request_id(), requests[1].request_id());
  EXPECT_THAT(requests[0].request_id(), SizeIs(16));
}

TEST_F(GrpcCaPortTest, AServerThatIsAwayIsPassedOver) {
  const Credential held = Enroll(*port_);
  CaPortOptions options = PortOptions();
  options.addresses = {"127.0.0.1:1", server_.address(), "127.0.0.1:2"};
  const auto port = MakeCaPort(options);
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(port->Try(held), IsOk());
  }
}

TEST_F(GrpcCaPortTest, WhereNobodyAnswersTheErrorSaysWhereToLook) {
  const Credential held = Enroll(*port_);
  CaPortOptions options = PortOptions();
  options.addresses = {"127.0.0.1:1", "127.0.0.1:2"};
  const absl::Status status = MakeCaPort(options)->Renew(held, {}).status();
  EXPECT_THAT(status, IsError(absl::StatusCode::kUnavailable, Reason::kServerUnreachable));
  EXPECT_THAT(std::string(status.message()), HasSubstr("127.0.0.1:1"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("127.0.0.1:2"));
}

TEST_F(GrpcCaPortTest, ARefusalIsFinal) {
  const Credential held = Enroll(*port_);
  server_.service().FailNext({kForbidden});
  EXPECT_THAT(port_->Try(held),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed));
}

TEST_F(GrpcCaPortTest, WithoutRootsNoTokenIsShown) {
  CaPortOptions options = PortOptions();
  options.roots = []() -> absl::StatusOr<std::vector<std::string>> {
    return DataLoss(Reason::kAnswerInvalid, "another root");
  };
  EXPECT_THAT(MakeCaPort(options)->Enroll(SecretBytes(kToken), {.csr_der = csr_}),
              IsError(absl::StatusCode::kDataLoss, Reason::kAnswerInvalid));
  EXPECT_THAT(server_.service().authorizations(), IsEmpty());
}

TEST_F(GrpcCaPortTest, AnotherHostsServerSeesNoToken) {
  CaPortOptions options = PortOptions();
  options.bootstrap_addresses = {relay_.bootstrap_address()};
  EXPECT_THAT(MakeCaPort(options)->Enroll(SecretBytes(kToken), {.csr_der = csr_}),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kServerIdentity));
  EXPECT_THAT(relay_.service().authorizations(), IsEmpty());
}

// As a proxy before the CA, which ends TLS.
TEST_F(GrpcCaPortTest, AServerOfAnotherIdentityIsTheOneThatIsNamed) {
  CaPortOptions options = PortOptions();
  options.addresses = {relay_.address()};
  options.bootstrap_addresses = {relay_.bootstrap_address()};
  options.server_identity = testing::kOtherIdentity;
  const std::unique_ptr<CaPort> port = MakeCaPort(options);
  EXPECT_THAT(port->Enroll(SecretBytes(kToken), {.csr_der = csr_}), IsOk());
  EXPECT_THAT(port->GetTrustBundle(Admin()), IsOk());
  // Then no other is.
  options.addresses = {server_.address()};
  EXPECT_THAT(MakeCaPort(options)->GetTrustBundle(Admin()),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kServerIdentity));
}

}  // namespace
}  // namespace fleetca::client
