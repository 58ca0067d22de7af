// What client code relies on, of the server and of the fake that the client's own tests run
// against: the same calls get the same answers from both.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/errors.h"
#include "client/ca_client.h"
#include "client/join_token_client.h"
#include "client/tls_identity.h"
#include "tests/integration/client_contract_fixture.h"
#include "tests/testing/status_matchers.h"
#include "x509/serial.h"

namespace fleetca {
namespace {

using ::fleetca::testing::ClientContractTest;
using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::kRequestId;
using ::fleetca::testing::WireReason;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

INSTANTIATE_TEST_SUITE_P(Both, ClientContractTest, ::testing::Bool(), testing::NameOfCa);

TEST_P(ClientContractTest, IssuesACertificateThatIsValidNow) {
  const absl::Time now = absl::Now();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Issued issued, client_->Issue(Request()));
  EXPECT_FALSE(issued.replayed);
  EXPECT_THAT(issued.chain_der, SizeIs(1));
  EXPECT_LE(issued.not_before, now);
  EXPECT_LT(now, issued.renew_after);
  EXPECT_LT(issued.renew_after, issued.not_after);
  EXPECT_FALSE(issued.decision.has_value());
}

TEST_P(ClientContractTest, TheSameRequestIdGivesTheSameCertificate) {
  client::IssueOptions request = Request();
  request.request_id = kRequestId;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Issued first, client_->Issue(request));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Issued again, client_->Issue(request));
  EXPECT_FALSE(first.replayed);
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.certificate_der, first.certificate_der);
  EXPECT_EQ(again.renew_after, first.renew_after);
  request.csr_der = Csr("/svc/db");
  const absl::Status other = client_->Issue(request).status();
  EXPECT_THAT(other, IsError(absl::StatusCode::kAlreadyExists, Reason::kRequestIdReused));
  EXPECT_EQ(GetField(other), "request_id");
}

TEST_P(ClientContractTest, WithoutARequestIdEachCallIsANewOne) {
  const v1::IssueCertificateRequest message = Message(Csr(), "");
  v1::IssueCertificateResponse first;
  v1::IssueCertificateResponse second;
  ASSERT_TRUE(Call(message, &first).ok());
  ASSERT_TRUE(Call(message, &second).ok());
  EXPECT_FALSE(second.certificate().replayed());
  EXPECT_NE(first.certificate().serial_number(), second.certificate().serial_number());
}

TEST_P(ClientContractTest, ARequestThatIsNotRightIsRefusedWithItsReason) {
  v1::IssueCertificateResponse response;
  const grpc::Status no_csr = Call(Message("not a CSR", kRequestId), &response);
  EXPECT_EQ(no_csr.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(WireReason(no_csr), "CSR_MALFORMED");
  const grpc::Status short_id = Call(Message(Csr(), "too short"), &response);
  EXPECT_EQ(short_id.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(WireReason(short_id), "REQUEST_ID_INVALID");
}

TEST_P(ClientContractTest, ABatchAnswersEachRequestInItsPlace) {
  v1::BatchIssueCertificatesRequest batch;
  *batch.add_requests() = Message(Csr(), "request id no. 1");
  *batch.add_requests() = Message("not a CSR", "request id no. 2");
  *batch.add_requests() = Message(Csr(), "request id no. 1");
  v1::BatchIssueCertificatesResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(stub_->BatchIssueCertificates(&context, batch, &response).ok());
  ASSERT_EQ(response.results_size(), 3);
  EXPECT_EQ(response.chain_der_size(), 1);
  EXPECT_TRUE(response.results(0).has_certificate());
  EXPECT_EQ(WireReason(response.results(1).error()), "CSR_MALFORMED");
  EXPECT_EQ(response.results(1).error().code(),
            static_cast<int>(absl::StatusCode::kInvalidArgument));

  grpc::ClientContext empty_context;
  const grpc::Status empty =
      stub_->BatchIssueCertificates(&empty_context, v1::BatchIssueCertificatesRequest(), &response);
  EXPECT_EQ(empty.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(WireReason(empty), "REQUEST_EMPTY");
}

TEST_P(ClientContractTest, AStreamAnswersByIdAndSendsTheChainOnce) {
  grpc::ClientContext context;
  const auto stream = stub_->StreamIssueCertificates(&context);
  std::map<uint64_t, v1::StreamIssueCertificatesResponse> answers;
  int chains = 0;
  for (const uint64_t id : {uint64_t{7}, uint64_t{8}, uint64_t{9}}) {
    v1::StreamIssueCertificatesRequest request;
    request.set_id(id);
    *request.mutable_request() = Message(id == 8 ? "not a CSR" : Csr(), "");
    ASSERT_TRUE(stream->Write(request));
    v1::StreamIssueCertificatesResponse response;
    ASSERT_TRUE(stream->Read(&response));
    chains += response.chain_der_size();
    answers[response.id()] = response;
  }
  stream->WritesDone();
  v1::StreamIssueCertificatesResponse none;
  EXPECT_FALSE(stream->Read(&none));
  EXPECT_TRUE(stream->Finish().ok());
  ASSERT_THAT(answers, SizeIs(3));
  EXPECT_TRUE(answers[7].has_certificate());
  EXPECT_EQ(WireReason(answers[8].error()), "CSR_MALFORMED");
  EXPECT_TRUE(answers[9].has_certificate());
  EXPECT_EQ(chains, 1);
  EXPECT_EQ(answers[7].chain_der_size(), 1);
}

TEST_P(ClientContractTest, ACertificateIsFoundByItsSerialNumber) {
  client::IssueOptions request = Request();
  request.identity = Identity("/svc/web");
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Issued issued, client_->Issue(request));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Recorded recorded, client_->Get(issued.serial));
  EXPECT_EQ(recorded.issued.certificate_der, issued.certificate_der);
  EXPECT_EQ(recorded.issued.chain_der, issued.chain_der);
  EXPECT_EQ(recorded.identity, Identity("/svc/web"));
  EXPECT_THAT(recorded.requester, StartsWith(Identity("/")));
  EXPECT_EQ(recorded.profile, "service");
  EXPECT_LT(absl::AbsDuration(recorded.issue_time - absl::Now()), absl::Minutes(1));

  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::SerialNumber unknown,
                               x509::SerialNumber::Create(absl::Now(), 1, absl::Now()));
  const absl::Status missing = client_->Get(unknown).status();
  EXPECT_THAT(missing, IsError(absl::StatusCode::kNotFound, Reason::kNotFound));
  EXPECT_EQ(GetField(missing), "serial_number");
}

TEST_P(ClientContractTest, RenewAfterLiesInTheWindowThatIsTold) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Issued issued, client_->Issue(Request()));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::SerialNumber unknown,
                               x509::SerialNumber::Create(absl::Now(), 1, absl::Now()));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto infos,
                               client_->GetRenewalInfos({issued.serial, unknown}));
  ASSERT_THAT(infos, SizeIs(2));
  FLEETCA_ASSERT_OK(infos[0]);
  EXPECT_LE(infos[0]->window_start, issued.renew_after);
  EXPECT_GE(infos[0]->window_end, issued.renew_after);
  EXPECT_FALSE(infos[0]->revoked);
  EXPECT_THAT(infos[1], IsError(absl::StatusCode::kNotFound, Reason::kNotFound));
}

TEST_P(ClientContractTest, TheTrustBundleHasTheRoots) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::TrustBundle bundle, client_->GetTrustBundle());
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::vector<std::string> roots,
                               client::LoadRoots(ca_->admin().ca_file));
  EXPECT_EQ(bundle.trust_domain, ca_->trust_domain());
  EXPECT_EQ(bundle.roots_der, roots);
  EXPECT_EQ(bundle.version.size(), 32u);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::TrustBundle again, client_->GetTrustBundle());
  EXPECT_EQ(again.version, bundle.version);
}

TEST_P(ClientContractTest, ValidatingDecidesAndIssuesNothing) {
  client::IssueOptions request = Request();
  request.identity = Identity("/svc/web");
  request.request_id = kRequestId;
  request.validate_only = true;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Issued judged, client_->Issue(request));
  EXPECT_THAT(judged.certificate_der, IsEmpty());
  ASSERT_TRUE(judged.decision.has_value());
  EXPECT_EQ(judged.decision->identity, Identity("/svc/web"));
  EXPECT_EQ(judged.decision->profile, "service");
  request.validate_only = false;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Issued issued, client_->Issue(request));
  EXPECT_FALSE(issued.replayed);
}

TEST_P(ClientContractTest, TokensAreMadeInTheirOrderAndListed) {
  const std::vector<client::CreatedJoinToken> made = CreateTokens({"/host/a", "/host/b"});
  ASSERT_THAT(made, SizeIs(2));
  EXPECT_EQ(made[0].info.identity, Identity("/host/a"));
  EXPECT_EQ(made[1].info.identity, Identity("/host/b"));
  EXPECT_NE(made[0].token.view(), made[1].token.view());
  EXPECT_EQ(made[0].info.profile, "host");
  EXPECT_EQ(made[0].info.uses, 1u);
  EXPECT_EQ(made[0].info.uses_left, 1u);
  EXPECT_LT(absl::Now(), made[0].info.expire_time);
  EXPECT_THAT(IdsOf({}), ::testing::UnorderedElementsAre(made[0].info.id, made[1].info.id));
  EXPECT_THAT(IdsOf({.identity = Identity("/host/b")}), ElementsAre(made[1].info.id));
  EXPECT_THAT(tokens_->ListTokens({}, "no page").status(),
              IsInvalid(Reason::kConfigInvalid, "page_token"));
}

TEST_P(ClientContractTest, ARevokedTokenStaysRevokedAsItWas) {
  const std::vector<client::CreatedJoinToken> made = CreateTokens({"/host/a", "/host/b"});
  ASSERT_THAT(made, SizeIs(2));
  const absl::Status unknown =
      tokens_->RevokeTokens({made[1].info.id, "0000000000000bad"}).status();
  EXPECT_THAT(unknown, IsError(absl::StatusCode::kNotFound, Reason::kNotFound));
  EXPECT_THAT(IdsOf({.usable_only = true}), SizeIs(2)) << "none is revoked where one is not known";
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::vector<client::JoinToken> revoked,
                               tokens_->RevokeTokens({made[0].info.id}));
  ASSERT_THAT(revoked, SizeIs(1));
  EXPECT_TRUE(revoked[0].revoke_time.has_value());
  EXPECT_THAT(revoked[0].revoker, StartsWith(Identity("/")));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::vector<client::JoinToken> again,
                               tokens_->RevokeTokens({made[0].info.id}));
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_EQ(again[0].revoke_time, revoked[0].revoke_time);
  EXPECT_THAT(IdsOf({.usable_only = true}), ElementsAre(made[1].info.id));
  EXPECT_THAT(IssueByToken(made[0].token.view(), {.csr_der = Csr("/host/a")}),
              IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerUnknown));
}

TEST_P(ClientContractTest, ATokenGivesOneCertificateAndThatOneAgain) {
  const std::vector<client::CreatedJoinToken> made = CreateTokens({"/host/a"});
  ASSERT_THAT(made, SizeIs(1));
  const absl::string_view token = made[0].token.view();
  const client::IssueOptions request = {.csr_der = Csr("/host/a"), .request_id = kRequestId};
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Issued first, IssueByToken(token, request));
  EXPECT_FALSE(first.replayed);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Issued again, IssueByToken(token, request));
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.certificate_der, first.certificate_der);
  EXPECT_THAT(IssueByToken(token, {.csr_der = Csr("/host/a")}),
              IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerUnknown));
  EXPECT_THAT(IdsOf({.usable_only = true}), IsEmpty());
}

TEST_P(ClientContractTest, ATokenThatNobodyMadeIsRefused) {
  const std::string token = absl::StrCat("fcj_", std::string(43, 'A'));
  EXPECT_THAT(IssueByToken(token, {.csr_der = Csr("/host/a")}),
              IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerUnknown));
}

}  // namespace
}  // namespace fleetca
