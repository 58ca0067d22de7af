#include "service/edge/unary_issue.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "service/edge/edge_fixture.h"
#include "service/edge/fake_calls.h"
#include "service/edge/wire_message.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::EdgeFixture;
using ::fleetca::testing::FakeExecutor;
using ::fleetca::testing::FakeUnaryCall;
using ::fleetca::testing::Issued;
using ::fleetca::testing::WireReason;
using ::grpc::StatusCode;

v1::IssueCertificateRequest OneRequest(const std::string& csr = "a CSR") {
  v1::IssueCertificateRequest request;
  request.set_csr_der(csr);
  request.set_profile("service");
  return request;
}

v1::BatchIssueCertificatesRequest Batch(int count) {
  v1::BatchIssueCertificatesRequest batch;
  for (int i = 0; i < count; ++i) {
    *batch.add_requests() = OneRequest("CSR " + std::to_string(i));
  }
  return batch;
}

// The octets of the message, with the profile no UTF-8.
std::string Spoiled(const google::protobuf::MessageLite& message) {
  std::string octets = message.SerializeAsString();
  octets.replace(octets.find("service"), 2, "\xff\xfe");
  return octets;
}

class UnaryIssueTest : public EdgeFixture {
 protected:
  template <typename Message>
  std::unique_ptr<FakeUnaryCall> Issue(const Message& message) {
    auto call = std::make_unique<FakeUnaryCall>(executor_);
    call->SetRequest(message);
    call->Bind(StartIssue(gate_, &call->context, &call->request, &call->response));
    return call;
  }
  std::unique_ptr<FakeUnaryCall> IssueBatch(const v1::BatchIssueCertificatesRequest& message) {
    auto call = std::make_unique<FakeUnaryCall>(executor_);
    call->SetRequest(message);
    call->Bind(StartBatchIssue(gate_, &call->context, &call->request, &call->response));
    return call;
  }
  std::unique_ptr<FakeUnaryCall> CallOfOctets(const std::string& octets) {
    auto call = std::make_unique<FakeUnaryCall>(executor_);
    const grpc::Slice slice(octets);
    call->request = grpc::ByteBuffer(&slice, 1);
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
  EXPECT_EQ(issuance.caller.spiffe_id, "spiffe://fleet.test/svc/web");
  issuance.Answer(Issued("certificate"));
  const auto response = Read<v1::IssueCertificateResponse>(*call);
  EXPECT_EQ(response.certificate().certificate_der(), "certificate");
  ASSERT_EQ(response.chain_der_size(), 1);
  EXPECT_EQ(response.chain_der(0), "intermediate");
}

TEST_F(UnaryIssueTest, PassesARefusalOn) {
  const auto call = Issue(OneRequest());
  Pop().Answer(PermissionDenied(Reason::kCallerNotAllowed, "No"));
  const grpc::Status status = call->WaitUntilDone();
  EXPECT_EQ(status.error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(WireReason(status), "CALLER_NOT_ALLOWED");
}

TEST_F(UnaryIssueTest, AStrangerIsRefusedAtOnce) {
  authenticator_.Refuse();
  EXPECT_EQ(WireReason(Issue(OneRequest())->WaitUntilDone()), "CALLER_UNKNOWN");
  EXPECT_EQ(WireReason(IssueBatch(Batch(2))->WaitUntilDone()), "CALLER_UNKNOWN");
}

TEST_F(UnaryIssueTest, ATooLongMessageIsRefusedBeforeItIsRead) {
  const grpc::Status one = Issue(OneRequest(std::string(20'000, 'x')))->WaitUntilDone();
  EXPECT_EQ(one.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(WireReason(one), "REQUEST_TOO_LARGE");
  EXPECT_EQ(WireReason(IssueBatch(Batch(6))->WaitUntilDone()), "REQUEST_TOO_LARGE");
  EXPECT_EQ(WireReason(IssueBatch(Batch(0))->WaitUntilDone()), "REQUEST_EMPTY");
}

TEST_F(UnaryIssueTest, AMessageThatIsNotUtf8IsMalformedWhoeverSendsIt) {
  authenticator_.Refuse();
  const auto call = CallOfOctets(Spoiled(OneRequest()));
  call->Bind(StartIssue(gate_, &call->context, &call->request, &call->response));
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

TEST_F(UnaryIssueTest, AFullQueueRefusesEachOfABatch) {
  FillQueue();
  const uint64_t refused = queue_.stats().refused();
  const auto call = IssueBatch(Batch(3));
  const auto response = Read<v1::BatchIssueCertificatesResponse>(*call);
  ASSERT_EQ(response.results_size(), 3);
  for (const v1::BatchIssueResult& result : response.results()) {
    EXPECT_EQ(result.error().code(), StatusCode::RESOURCE_EXHAUSTED);
  }
  EXPECT_EQ(queue_.stats().refused(), refused + 3);
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
  call.Bind(StartIssueFor(Caller{.spiffe_id = "spiffe://fleet.test/host/new"}, gate_, &call.context,
                          &request, &response));
  Issuance& issuance = Pop();
  EXPECT_EQ(issuance.caller.spiffe_id, "spiffe://fleet.test/host/new");
  issuance.Answer(Issued("certificate"));
  EXPECT_TRUE(call.WaitUntilDone().ok());
  EXPECT_EQ(response.certificate().certificate_der(), "certificate");
}

TEST_F(UnaryIssueTest, ABatchIsAnsweredInItsOrderWhenTheLastIs) {
  const auto call = IssueBatch(Batch(3));
  std::vector<Issuance*> items = {&Pop(), &Pop(), &Pop()};
  items[2]->Answer(Issued("certificate 2"));
  items[0]->Answer(PermissionDenied(Reason::kCallerNotAllowed, "No"));
  EXPECT_FALSE(call->finished());
  items[1]->Answer(Issued("certificate 1"));
  const auto response = Read<v1::BatchIssueCertificatesResponse>(*call);
  ASSERT_EQ(response.results_size(), 3);
  EXPECT_EQ(WireReason(response.results(0).error()), "CALLER_NOT_ALLOWED");
  EXPECT_EQ(response.results(1).certificate().certificate_der(), "certificate 1");
  EXPECT_EQ(response.results(2).certificate().certificate_der(), "certificate 2");
  EXPECT_EQ(response.chain_der_size(), 1);
}

TEST_F(UnaryIssueTest, OneMalformedRequestOfABatchCostsTheOthersNothing) {
  v1::BatchIssueCertificatesRequest batch = Batch(3);
  std::string octets;
  for (int i = 0; i < 3; ++i) {
    v1::BatchIssueCertificatesRequest one;
    *one.add_requests() = batch.requests(i);
    octets += i == 1 ? Spoiled(one) : one.SerializeAsString();
  }
  const auto call = CallOfOctets(octets);
  call->Bind(StartBatchIssue(gate_, &call->context, &call->request, &call->response));
  Pop().Answer(Issued("certificate 0"));
  Issuance& last = Pop();
  EXPECT_EQ(last.request.csr_der, "CSR 2");
  last.Answer(Issued("certificate 2"));
  const auto response = Read<v1::BatchIssueCertificatesResponse>(*call);
  ASSERT_EQ(response.results_size(), 3);
  EXPECT_EQ(response.results(0).certificate().certificate_der(), "certificate 0");
  EXPECT_EQ(response.results(1).error().code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(WireReason(response.results(1).error()), "REQUEST_MALFORMED");
  EXPECT_EQ(response.results(2).certificate().certificate_der(), "certificate 2");
}

TEST_F(UnaryIssueTest, ABatchOfNothingButMalformedRequestsIsAnsweredAtOnce) {
  const auto call = CallOfOctets(Spoiled(Batch(1)));
  call->Bind(StartBatchIssue(gate_, &call->context, &call->request, &call->response));
  const auto response = Read<v1::BatchIssueCertificatesResponse>(*call);
  ASSERT_EQ(response.results_size(), 1);
  EXPECT_EQ(WireReason(response.results(0).error()), "REQUEST_MALFORMED");
}

TEST_F(UnaryIssueTest, ACancelledBatchDropsAllItsWork) {
  const auto call = IssueBatch(Batch(3));
  std::vector<Issuance*> items = {&Pop(), &Pop(), &Pop()};
  call->Cancel();
  for (Issuance* item : items) {
    while (!item->cancelled) {
      std::this_thread::yield();
    }
  }
  for (Issuance* item : items) {
    EXPECT_FALSE(call->finished());
    item->Answer(Issued("certificate"));
  }
  call->WaitUntilDone();
}

TEST_F(UnaryIssueTest, CallsThatEndAtAnyMomentHarmNothing) {
  std::vector<std::thread> workers;
  for (int i = 0; i < 2; ++i) {
    workers.emplace_back([this] { AnswerAll(); });
  }
  for (int i = 0; i < 300; ++i) {
    const auto one = Issue(OneRequest());
    const auto batch = IssueBatch(Batch(1 + i % 5));
    if (i % 3 == 0) {
      one->Cancel();
    }
    if (i % 2 == 0) {
      batch->Cancel();
    }
    one->WaitUntilDone();
    batch->WaitUntilDone();
  }
  queue_.Close();
  for (std::thread& worker : workers) {
    worker.join();
  }
}

}  // namespace
}  // namespace fleetca::service
