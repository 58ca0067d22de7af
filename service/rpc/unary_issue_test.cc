#include "service/rpc/unary_issue.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "service/call/testing/fake_calls.h"
#include "service/call/wire_message.h"
#include "service/rpc/testing/rpc_fixture.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::EdgeFixture;
using ::fleetca::testing::FakeExecutor;
using ::fleetca::testing::FakeUnaryCall;
using ::fleetca::testing::Issued;
using ::fleetca::testing::Octets;
using ::fleetca::testing::OneRequest;
using ::fleetca::testing::Spoiled;
using ::fleetca::testing::WireReason;
using ::grpc::StatusCode;

class UnaryIssueTest : public EdgeFixture {
 protected:
  template <typename Message>
  std::unique_ptr<FakeUnaryCall> Issue(const Message& message) {
    auto call = std::make_unique<FakeUnaryCall>(executor_);
    call->SetRequest(message);
    call->Bind(StartIssue(intake_, &call->context, &call->request, &call->response));
    return call;
  }
  std::unique_ptr<FakeUnaryCall> CallOfOctets(const std::string& octets) {
    auto call = std::make_unique<FakeUnaryCall>(executor_);
    call->request = Octets(octets);
    return call;
  }
  template <typename Response>
  static Response Read(FakeUnaryCall& call) {
    Response response;
    EXPECT_TRUE(call.WaitUntilDone().ok());
    EXPECT_TRUE(ReadMessage(call.response, &response).ok());
    return response;
  }

  FakeExecutor executor_;
};

TEST_F(UnaryIssueTest, AnswersWithTheCertificateAndItsChain) {
  const auto call = Issue(OneRequest());
  Issuance& issuance = Pop();
  EXPECT_EQ(issuance.request.csr_der, "a CSR");
  EXPECT_EQ(issuance.request.profile, "service");
  EXPECT_EQ(IdentityOf(*issuance.caller), "spiffe://fleet.test/svc/web");
  issuance.Answer(Issued("certificate"));
  const auto response = Read<v1::IssueCertificateResponse>(*call);
  EXPECT_EQ(response.certificate().certificate_der(), "certificate");
  ASSERT_EQ(response.chain_der_size(), 1);
  EXPECT_EQ(response.chain_der(0), "intermediate");
}

TEST_F(UnaryIssueTest, ARenewalIsAnIssuanceWithAnAnswerOfItsOwn) {
  v1::RenewCertificateRequest request;
  request.set_request_id("0123456789abcdef");
  FakeUnaryCall call(executor_);
  call.SetRequest(request);
  call.Bind(StartRenew(intake_, &call.context, &call.request, &call.response));
  Issuance& issuance = Pop();
  EXPECT_TRUE(issuance.request.renewal);
  EXPECT_EQ(issuance.request.csr_der, "");
  EXPECT_EQ(issuance.request.request_id, "0123456789abcdef");
  EXPECT_EQ(IdentityOf(*issuance.caller), "spiffe://fleet.test/svc/web");
  issuance.Answer(Issued("certificate"));
  const auto response = Read<v1::RenewCertificateResponse>(call);
  EXPECT_EQ(response.certificate().certificate_der(), "certificate");
  ASSERT_EQ(response.chain_der_size(), 1);
}

// Whatever the handshake has shown: who sends a proof relies on it.
TEST_F(UnaryIssueTest, AProofThatNobodyJudgesIsRefused) {
  v1::RenewCertificateRequest request;
  request.set_proof("a proof");
  FakeUnaryCall call(executor_);
  call.SetRequest(request);
  call.Bind(StartRenew(intake_, &call.context, &call.request, &call.response));
  EXPECT_EQ(WireReason(call.WaitUntilDone()), "RENEWAL_PROOF_INVALID");
  EXPECT_EQ(queue_.size(), 0u);
}

TEST_F(UnaryIssueTest, PassesARefusalOn) {
  const auto call = Issue(OneRequest());
  Pop().Answer(PermissionDenied(Reason::kCallerNotAllowed, "No"));
  const grpc::Status status = call->WaitUntilDone();
  EXPECT_EQ(status.error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(WireReason(status), "CALLER_NOT_ALLOWED");
}

TEST_F(UnaryIssueTest, AStrangerIsRefusedAtOnce) {
  caller_reader_.Refuse();
  EXPECT_EQ(WireReason(Issue(OneRequest())->WaitUntilDone()), "CALLER_UNKNOWN");
}

TEST_F(UnaryIssueTest, ATooLongMessageIsRefusedBeforeItIsRead) {
  const grpc::Status one = Issue(OneRequest(std::string(20'000, 'x')))->WaitUntilDone();
  EXPECT_EQ(one.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(WireReason(one), "REQUEST_TOO_LARGE");
}

TEST_F(UnaryIssueTest, AMessageThatIsNotUtf8IsMalformedWhoeverSendsIt) {
  caller_reader_.Refuse();
  const auto call = CallOfOctets(Spoiled(OneRequest()));
  call->Bind(StartIssue(intake_, &call->context, &call->request, &call->response));
  const grpc::Status status = call->WaitUntilDone();
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(WireReason(status), "REQUEST_MALFORMED");
}

TEST_F(UnaryIssueTest, AFullQueueRefusesAndKeepsNothing) {
  FillQueue();
  const uint64_t refused = queue_.stats().refused();
  const grpc::Status status = Issue(OneRequest())->WaitUntilDone();
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(WireReason(status), "CALLER_SHARE_FULL");
  EXPECT_EQ(queue_.stats().refused(), refused + 1);
  EmptyQueue();
}

TEST_F(UnaryIssueTest, ACancelledCallDropsItsWorkAndIsFinishedByTheAnswer) {
  const auto call = Issue(OneRequest());
  Issuance& issuance = Pop();
  call->Cancel();
  while (!issuance.cancelled) {
    std::this_thread::yield();
  }
  EXPECT_FALSE(call->finished());
  issuance.Answer(Issued("certificate"));
  call->WaitUntilDone();
}

TEST_F(UnaryIssueTest, AnswersACallOfAKnownCaller) {
  FakeUnaryCall call(executor_);
  const v1::IssueCertificateRequest request = OneRequest();
  v1::IssueCertificateResponse response;
  call.Bind(StartIssueFor(CertificateCaller{.spiffe_id = "spiffe://fleet.test/host/new"}, intake_,
                          &call.context, &request, &response));
  Issuance& issuance = Pop();
  EXPECT_EQ(IdentityOf(*issuance.caller), "spiffe://fleet.test/host/new");
  issuance.Answer(Issued("certificate"));
  EXPECT_TRUE(call.WaitUntilDone().ok());
  EXPECT_EQ(response.certificate().certificate_der(), "certificate");
}

TEST_F(UnaryIssueTest, CallsThatEndAtAnyMomentHarmNothing) {
  WhileAnswering([this] {
    for (int i = 0; i < 300; ++i) {
      const auto one = Issue(OneRequest());
      if (i % 3 == 0) {
        one->Cancel();
      }
      one->WaitUntilDone();
    }
  });
}

}  // namespace
}  // namespace fleetca::service
