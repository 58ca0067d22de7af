// Revocation as callers of a running server meet it: at once, on every connection, and for good.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "base/errors.h"
#include "base/file.h"
#include "client/ca_client.h"
#include "client/join_token_client.h"
#include "client/revocation_client.h"
#include "client/status_from_grpc.h"
#include "fleetca/v1/revocation.grpc.pb.h"
#include "fleetca/v1/statistics.grpc.pb.h"
#include "tests/integration/server_fixture.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "x509/certificate.h"
#include "x509/pem.h"
#include "x509/serial.h"

namespace fleetca {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::MakeCsr;
using ::fleetca::testing::Named;
using ::fleetca::testing::ServiceRequest;

constexpr char kAgent[] = "spiffe://fleet.test/svc/agent";
const auto kIsRevoked = IsError(absl::StatusCode::kPermissionDenied, Reason::kCertificateRevoked);

class ServerRevocationTest : public ::fleetca::testing::ServerFixture {
 protected:
  std::unique_ptr<v1::RevocationService::Stub> Revocations(absl::string_view name = "admin") const {
    return v1::RevocationService::NewStub(Channel(name));
  }
  // The serial number in `name`.crt.
  std::string SerialOf(absl::string_view name) const {
    const auto pem = ReadFile(Files(name).certificate_file);
    FLEETCA_EXPECT_OK(pem);
    const auto ders = x509::DecodePem(x509::kPemCertificate, *pem);
    FLEETCA_EXPECT_OK(ders);
    const auto certificate = x509::ParseCertificate(ders->front());
    FLEETCA_EXPECT_OK(certificate);
    return std::string(certificate->serial);
  }
  client::CaClientOptions Options() const {
    client::CaClientOptions options;
    options.address = address();
    options.files = Files("admin");
    return options;
  }
  static v1::RevokeCertificatesRequest Serial(const std::string& serial) {
    v1::RevokeCertificatesRequest request;
    request.mutable_serial_numbers()->add_values(serial);
    return request;
  }
  absl::StatusOr<v1::RevokeCertificatesResponse> Revoke(
      const v1::RevokeCertificatesRequest& request, absl::string_view as = "admin") const {
    grpc::ClientContext context;
    v1::RevokeCertificatesResponse response;
    const grpc::Status status = Revocations(as)->RevokeCertificates(&context, request, &response);
    if (!status.ok()) {
      return client::StatusFromGrpc(status);
    }
    return response;
  }
};

TEST_F(ServerRevocationTest, Checklist24_ARevokedCertificateIsRefusedOnTheConnectionThatItHas) {
  MakeAgent("agent");
  const auto agent = Client("agent");
  FLEETCA_ASSERT_OK(agent->GetTrustBundle());
  FLEETCA_ASSERT_OK_AND_ASSIGN(const v1::RevokeCertificatesResponse done,
                               Revoke(Serial(SerialOf("agent"))));
  EXPECT_EQ(done.revoked(), 1u);
  // At once: what was answered has taken effect.
  EXPECT_THAT(agent->GetTrustBundle().status(), kIsRevoked);
  EXPECT_THAT(agent->Issue({.csr_der = MakeCsr(Named(kAgent)), .profile = "service"}).status(),
              kIsRevoked);
  EXPECT_THAT(agent->Renew({}).status(), kIsRevoked);
  EXPECT_THAT(Client("agent")->GetTrustBundle().status(), kIsRevoked);
  Restart();
  EXPECT_THAT(Client("agent")->GetTrustBundle().status(), kIsRevoked);
}

TEST_F(ServerRevocationTest, Checklist30_ARevokedCertificateReachesNoMethod) {
  MakeAgent("agent");
  const auto channel = Channel("agent");
  FLEETCA_ASSERT_OK(Revoke(Serial(SerialOf("agent"))));
  for (const char* path :
       {"/fleetca.v1.CertificateAuthorityService/IssueCertificate",
        "/fleetca.v1.CertificateAuthorityService/GetTrustBundle",
        "/fleetca.v1.RevocationService/RevokeCertificates",
        "/fleetca.v1.RevocationService/WatchRevocations", "/grpc.health.v1.Health/Check"}) {
    EXPECT_EQ(testing::CallMethod(channel, path).error_code(), grpc::StatusCode::PERMISSION_DENIED)
        << path;
  }
}

TEST_F(ServerRevocationTest, Checklist24_AnItemOfAStreamThatIsUnderWayIsRefused) {
  MakeAgent("agent");
  const auto stub = NewStub("agent");
  grpc::ClientContext context;
  const auto stream = stub->StreamIssueCertificates(&context);
  v1::StreamIssueCertificatesRequest request;
  request.set_id(1);
  *request.mutable_request() = ServiceRequest(MakeCsr(Named(kAgent)));
  v1::StreamIssueCertificatesResponse response;
  ASSERT_TRUE(stream->Write(request));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_TRUE(response.has_certificate()) << response.error().message();
  FLEETCA_ASSERT_OK(Revoke(Serial(SerialOf("agent"))));
  request.set_id(2);
  ASSERT_TRUE(stream->Write(request));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.id(), 2u);
  EXPECT_EQ(testing::WireReason(response.error()), "CERTIFICATE_REVOKED");
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(ServerRevocationTest, Checklist31_AHolderRevokesItsOwnCertificateAndNoOther) {
  MakeAgent("agent");
  MakeAgent("other");
  const auto kIsDenied = IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed);
  EXPECT_THAT(Revoke(Serial(SerialOf("other")), "agent").status(), kIsDenied);
  v1::RevokeCertificatesRequest both = Serial(SerialOf("agent"));
  both.mutable_serial_numbers()->add_values(SerialOf("other"));
  EXPECT_THAT(Revoke(both, "agent").status(), kIsDenied);
  v1::RevokeCertificatesRequest identity;
  identity.set_identity(kAgent);
  EXPECT_THAT(Revoke(identity, "agent").status(), kIsDenied);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const v1::RevokeCertificatesResponse done,
                               Revoke(Serial(SerialOf("agent")), "agent"));
  EXPECT_EQ(done.revoked(), 1u);
  EXPECT_THAT(Client("agent")->GetTrustBundle().status(), kIsRevoked);
  FLEETCA_EXPECT_OK(Client("other")->GetTrustBundle());
}

TEST_F(ServerRevocationTest, Checklist12_ACompromisedKeyIsNeverCertifiedAgain) {
  const std::string csr = MakeCsr(Named(kAgent));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Issued issued,
                               Client()->Issue({.csr_der = csr, .profile = "service"}));
  v1::RevokeCertificatesRequest request = Serial(std::string(issued.serial.bytes()));
  request.set_reason(v1::REVOCATION_REASON_KEY_COMPROMISE);
  FLEETCA_ASSERT_OK(Revoke(request));
  EXPECT_THAT(Client()->Issue({.csr_der = csr, .profile = "service"}).status(),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kKeyBlocked));
  Restart();
  EXPECT_THAT(Client()->Issue({.csr_der = csr, .profile = "service"}).status(),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kKeyBlocked));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Recorded recorded, Client()->Get(issued.serial));
  ASSERT_TRUE(recorded.revocation.has_value());
  EXPECT_EQ(recorded.revocation->reason, v1::REVOCATION_REASON_KEY_COMPROMISE);
}

TEST_F(ServerRevocationTest, Checklist59_AReaderHearsWithinASecondAndGoesOnWhereItWas) {
  MakeAgent("agent");
  MakeAgent("other");
  MakeAgent("reader");
  FLEETCA_ASSERT_OK(Revoke(Serial(SerialOf("agent"))));

  v1::WatchRevocationsResponse message;
  v1::RevocationPosition position;
  const auto stub = Revocations("reader");
  {
    grpc::ClientContext context;
    const auto stream = stub->WatchRevocations(&context, {});
    ASSERT_TRUE(stream->Read(&message));
    EXPECT_TRUE(message.snapshot_begins());
    ASSERT_EQ(message.revoked_size(), 1);
    EXPECT_EQ(message.revoked(0).serial_number(), SerialOf("agent"));
    ASSERT_TRUE(stream->Read(&message));
    ASSERT_TRUE(message.has_position());
    EXPECT_TRUE(message.has_time());
    position = message.position();

    const absl::Time began = absl::Now();
    FLEETCA_ASSERT_OK(Revoke(Serial(SerialOf("other"))));
    do {
      ASSERT_TRUE(stream->Read(&message));
    } while (message.revoked_size() == 0);
    EXPECT_LT(absl::Now() - began, absl::Seconds(1));
    EXPECT_EQ(message.revoked(0).serial_number(), SerialOf("other"));
    context.TryCancel();
  }
  // From the position before, after a restart.
  Restart();
  grpc::ClientContext context;
  v1::WatchRevocationsRequest request;
  *request.mutable_after() = position;
  const auto again = Revocations("reader")->WatchRevocations(&context, request);
  ASSERT_TRUE(again->Read(&message));
  EXPECT_FALSE(message.snapshot_begins());
  ASSERT_EQ(message.revoked_size(), 1);
  EXPECT_EQ(message.revoked(0).serial_number(), SerialOf("other"));
  // The reader itself is revoked: it hears no more.
  FLEETCA_ASSERT_OK(Revoke(Serial(SerialOf("reader"))));
  while (again->Read(&message)) {
  }
  EXPECT_THAT(client::StatusFromGrpc(again->Finish()), kIsRevoked);
}

TEST_F(ServerRevocationTest, APositionThatTheCaDidNotGiveBeginsASnapshot) {
  v1::WatchRevocationsRequest request;
  request.mutable_after()->set_store(1);
  request.mutable_after()->set_sequence(uint64_t{1} << 60);
  grpc::ClientContext context;
  const auto stream = Revocations()->WatchRevocations(&context, request);
  v1::WatchRevocationsResponse message;
  ASSERT_TRUE(stream->Read(&message));
  EXPECT_TRUE(message.snapshot_begins());
  context.TryCancel();
}

TEST_F(ServerRevocationTest, Checklist49_ADrainEndsTheReaders) {
  grpc::ClientContext context;
  const auto stream = Revocations()->WatchRevocations(&context, {});
  v1::WatchRevocationsResponse message;
  ASSERT_TRUE(stream->Read(&message));
  Stop();
  while (stream->Read(&message)) {
  }
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ServerRevocationTest, ALineIsUnblockedByACertificateThatThereIs) {
  MakeAgent("agent");
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto revocations, client::RevocationClient::Create(Options()));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::SerialNumber serial,
                               x509::SerialNumber::FromBytes(SerialOf("agent")));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const bool was_blocked, revocations->UnblockLineage(serial));
  EXPECT_FALSE(was_blocked);
  std::string other = SerialOf("agent");
  other.back() = static_cast<char>(other.back() ^ 1);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::SerialNumber unknown,
                               x509::SerialNumber::FromBytes(other));
  EXPECT_THAT(revocations->UnblockLineage(unknown).status(),
              IsError(absl::StatusCode::kNotFound, Reason::kNotFound));
  for (const char* lineage : {"", "short"}) {
    v1::UnblockLineageRequest request;
    request.set_lineage(lineage);
    v1::UnblockLineageResponse response;
    grpc::ClientContext context;
    EXPECT_THAT(client::StatusFromGrpc(Revocations()->UnblockLineage(&context, request, &response)),
                IsError(absl::StatusCode::kInvalidArgument, Reason::kSerialInvalid));
  }
}

TEST_F(ServerRevocationTest, Checklist44_ABlockedIdentityGetsNothingAndItsTokenIsNotSpent) {
  Restart([](service::ServerConfig& config) { config.bootstrap_address = "127.0.0.1:0"; });
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto tokens, client::JoinTokenClient::Create(Options()));
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const auto made, tokens->CreateTokens({.identities = {kAgent}, .profile = "service"}));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto revocations, client::RevocationClient::Create(Options()));
  FLEETCA_ASSERT_OK(revocations->Block(kAgent, "lost"));
  EXPECT_THAT(Client()->Issue({.csr_der = MakeCsr(Named(kAgent)), .profile = "service"}).status(),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kIdentityBlocked));

  const auto ask = [&] {
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer " + std::string(made[0].token.view()));
    v1::IssueCertificateResponse response;
    return client::StatusFromGrpc(
        v1::CertificateAuthorityService::NewStub(ChannelWithoutCertificate(bootstrap_address()))
            ->IssueCertificate(&context, ServiceRequest(MakeCsr(Named(kAgent))), &response));
  };
  EXPECT_THAT(ask(), IsError(absl::StatusCode::kPermissionDenied, Reason::kIdentityBlocked));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const bool was_blocked, revocations->Unblock(kAgent));
  EXPECT_TRUE(was_blocked);
  FLEETCA_EXPECT_OK(ask());
}

TEST_F(ServerRevocationTest, StatisticsCountThem) {
  MakeAgent("agent");
  FLEETCA_ASSERT_OK(Revoke(Serial(SerialOf("agent"))));
  EXPECT_THAT(Client("agent")->GetTrustBundle().status(), kIsRevoked);
  grpc::ClientContext context;
  v1::GetStatisticsResponse response;
  ASSERT_TRUE(
      v1::StatisticsService::NewStub(Channel())->GetStatistics(&context, {}, &response).ok());
  const v1::RevocationStatistics& counts = response.revocation();
  EXPECT_TRUE(counts.loaded());
  EXPECT_EQ(counts.revoked(), 1u);
  EXPECT_EQ(counts.known(), 1u);
  EXPECT_GE(counts.refused_revoked(), 1u);
  EXPECT_GE(counts.sequence(), 1u);
}

}  // namespace
}  // namespace fleetca
