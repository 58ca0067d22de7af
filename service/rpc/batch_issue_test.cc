#include "service/rpc/batch_issue.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "service/call/open_calls.h"
#include "service/call/testing/fake_calls.h"
#include "service/call/wire_message.h"
#include "service/rpc/testing/rpc_fixture.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::EdgeFixture;
using ::fleetca::testing::FakeExecutor;
using ::fleetca::testing::FakeUploadCall;
using ::fleetca::testing::Issued;
using ::fleetca::testing::Octets;
using ::fleetca::testing::OneRequest;
using ::fleetca::testing::Spoiled;
using ::fleetca::testing::WireReason;
using ::grpc::StatusCode;

v1::BatchIssueCertificatesRequest Batch(int count) {
  v1::BatchIssueCertificatesRequest batch;
  for (int i = 0; i < count; ++i) {
    *batch.add_requests() = OneRequest("CSR " + std::to_string(i));
  }
  return batch;
}

class BatchIssueTest : public EdgeFixture {
 protected:
  std::unique_ptr<FakeUploadCall> Begin() {
    auto call = std::make_unique<FakeUploadCall>(executor_);
    call->Bind(StartBatchIssue(intake_, open_, &call->context, &call->response));
    return call;
  }
  std::unique_ptr<FakeUploadCall> IssueBatch(const v1::BatchIssueCertificatesRequest& message) {
    auto call = Begin();
    call->Send(message);
    return call;
  }
  std::unique_ptr<FakeUploadCall> IssueOctets(const std::string& octets) {
    auto call = Begin();
    call->SendOctets(Octets(octets));
    return call;
  }
  static v1::BatchIssueCertificatesResponse Read(FakeUploadCall& call) {
    v1::BatchIssueCertificatesResponse response;
    EXPECT_TRUE(call.WaitUntilDone().ok());
    EXPECT_TRUE(ReadMessage(call.response, &response).ok());
    return response;
  }

  OpenCalls open_;
  FakeExecutor executor_;
};

TEST_F(BatchIssueTest, AStrangerIsRefusedAtOnce) {
  caller_reader_.Refuse();
  EXPECT_EQ(WireReason(IssueBatch(Batch(2))->WaitUntilDone()), "CALLER_UNKNOWN");
}

TEST_F(BatchIssueTest, TooLongAndTooShortBatchesAreRefused) {
  EXPECT_EQ(WireReason(IssueBatch(Batch(6))->WaitUntilDone()), "REQUEST_TOO_LARGE");
  EXPECT_EQ(WireReason(IssueBatch(Batch(0))->WaitUntilDone()), "REQUEST_EMPTY");
}

TEST_F(BatchIssueTest, ACallWithoutAMessageIsRefused) {
  const auto call = Begin();
  call->SendNothing();
  EXPECT_EQ(WireReason(call->WaitUntilDone()), "REQUEST_EMPTY");
}

TEST_F(BatchIssueTest, ACallThatIsGivenUpBeforeItsMessageEnds) {
  const auto call = Begin();
  call->Cancel();
  call->WaitUntilDone();
  EXPECT_EQ(queue_.size(), 0u);
}

TEST_F(BatchIssueTest, ADrainEndsWhatIsNotComplete) {
  const auto half = Begin();
  const auto whole = IssueBatch(Batch(1));
  Issuance& issuance = Pop();
  open_.BeginDrain();
  const grpc::Status status = half->WaitUntilDone();
  EXPECT_EQ(status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(WireReason(status), "DRAINING");
  EXPECT_FALSE(whole->finished());
  issuance.Answer(Issued("certificate"));
  EXPECT_EQ(Read(*whole).results_size(), 1);
  EXPECT_EQ(WireReason(Begin()->WaitUntilDone()), "DRAINING");
}

TEST_F(BatchIssueTest, AFullQueueRefusesEachOfABatch) {
  FillQueue();
  const uint64_t refused = queue_.stats().refused();
  const auto call = IssueBatch(Batch(3));
  const auto response = Read(*call);
  ASSERT_EQ(response.results_size(), 3);
  for (const v1::BatchIssueResult& result : response.results()) {
    EXPECT_EQ(result.error().code(), StatusCode::RESOURCE_EXHAUSTED);
  }
  EXPECT_EQ(queue_.stats().refused(), refused + 3);
  EmptyQueue();
}

TEST_F(BatchIssueTest, ABatchIsAnsweredInItsOrderWhenTheLastIs) {
  const auto call = IssueBatch(Batch(3));
  std::vector<Issuance*> items = {&Pop(), &Pop(), &Pop()};
  items[2]->Answer(Issued("certificate 2"));
  items[0]->Answer(PermissionDenied(Reason::kCallerNotAllowed, "No"));
  EXPECT_FALSE(call->finished());
  items[1]->Answer(Issued("certificate 1"));
  const auto response = Read(*call);
  ASSERT_EQ(response.results_size(), 3);
  EXPECT_EQ(WireReason(response.results(0).error()), "CALLER_NOT_ALLOWED");
  EXPECT_EQ(response.results(1).certificate().certificate_der(), "certificate 1");
  EXPECT_EQ(response.results(2).certificate().certificate_der(), "certificate 2");
  EXPECT_EQ(response.chain_der_size(), 1);
}

TEST_F(BatchIssueTest, OneMalformedRequestOfABatchCostsTheOthersNothing) {
  v1::BatchIssueCertificatesRequest batch = Batch(3);
  std::string octets;
  for (int i = 0; i < 3; ++i) {
    v1::BatchIssueCertificatesRequest one;
    *one.add_requests() = batch.requests(i);
    octets += i == 1 ? Spoiled(one) : one.SerializeAsString();
  }
  const auto call = IssueOctets(octets);
  Pop().Answer(Issued("certificate 0"));
  Issuance& last = Pop();
  EXPECT_EQ(last.request.csr_der, "CSR 2");
  last.Answer(Issued("certificate 2"));
  const auto response = Read(*call);
  ASSERT_EQ(response.results_size(), 3);
  EXPECT_EQ(response.results(0).certificate().certificate_der(), "certificate 0");
  EXPECT_EQ(response.results(1).error().code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(WireReason(response.results(1).error()), "REQUEST_MALFORMED");
  EXPECT_EQ(response.results(2).certificate().certificate_der(), "certificate 2");
}

TEST_F(BatchIssueTest, ABatchOfNothingButMalformedRequestsIsAnsweredAtOnce) {
  const auto call = IssueOctets(Spoiled(Batch(1)));
  const auto response = Read(*call);
  ASSERT_EQ(response.results_size(), 1);
  EXPECT_EQ(WireReason(response.results(0).error()), "REQUEST_MALFORMED");
}

TEST_F(BatchIssueTest, ACancelledBatchDropsAllItsWork) {
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

TEST_F(BatchIssueTest, CallsThatEndAtAnyMomentHarmNothing) {
  WhileAnswering([this] {
    for (int i = 0; i < 300; ++i) {
      const auto batch = Begin();
      if (i % 3 == 1) {
        batch->Cancel();
      }
      batch->Send(Batch(1 + i % 5));
      if (i % 3 == 0) {
        batch->Cancel();
      }
      batch->WaitUntilDone();
    }
  });
}

}  // namespace
}  // namespace fleetca::service
