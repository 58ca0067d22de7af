#include "service/rpc/stream_issue.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "fleetca/v1/certificate_authority.pb.h"
#include "service/call/testing/fake_calls.h"
#include "service/rpc/testing/rpc_fixture.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::EdgeFixture;
using ::fleetca::testing::FakeBidiCall;
using ::fleetca::testing::FakeExecutor;
using ::fleetca::testing::Issued;
using ::fleetca::testing::Octets;
using ::fleetca::testing::Spoiled;
using ::fleetca::testing::WireReason;
using ::grpc::StatusCode;
using Request = v1::StreamIssueCertificatesRequest;
using Response = v1::StreamIssueCertificatesResponse;

Request RequestWithId(uint64_t id) {
  Request request;
  request.set_id(id);
  request.mutable_request()->set_csr_der("CSR " + std::to_string(id));
  return request;
}

std::string NotUtf8(uint64_t id) {
  Request request = RequestWithId(id);
  request.mutable_request()->set_profile("service");
  return Spoiled(request);
}

class StreamIssueTest : public EdgeFixture {
 protected:
  std::unique_ptr<FakeBidiCall> Open() {
    auto call = std::make_unique<FakeBidiCall>(executor_);
    call->Bind(StartStreamIssue(intake_, calls_, &call->context));
    return call;
  }

  OpenCalls calls_;
  FakeExecutor executor_;
};

TEST_F(StreamIssueTest, AnswersEachByItsIdAndSendsTheChainOnce) {
  const auto call = Open();
  call->Send(RequestWithId(7));
  call->Send(RequestWithId(8));
  Issuance* first = &Pop();
  Issuance* second = &Pop();
  if (first->request.csr_der != "CSR 7") {
    std::swap(first, second);  // a message is worked on while the one before still is
  }
  EXPECT_EQ(first->request.csr_der, "CSR 7");
  EXPECT_EQ(IdentityOf(*first->caller), "spiffe://fleet.test/svc/web");
  EXPECT_EQ(second->request.csr_der, "CSR 8");
  second->Answer(Issued("certificate 8"));
  first->Answer(Issued("certificate 7"));
  std::optional<Response> response = call->Receive<Response>();
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->id(), 8u);
  EXPECT_EQ(response->certificate().certificate_der(), "certificate 8");
  ASSERT_EQ(response->chain_der_size(), 1);
  EXPECT_EQ(response->chain_der(0), "intermediate");
  response = call->Receive<Response>();
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->id(), 7u);
  EXPECT_EQ(response->chain_der_size(), 0);
  call->SendNoMore();
  EXPECT_TRUE(call->WaitUntilDone().ok());
}

TEST_F(StreamIssueTest, AStrangerIsRefusedAtOnce) {
  caller_reader_.Refuse();
  const auto call = Open();
  const grpc::Status status = call->WaitUntilDone();
  EXPECT_EQ(status.error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(WireReason(status), "CALLER_UNKNOWN");
}

TEST_F(StreamIssueTest, TakesNoMoreThanTheWindowUnanswered) {
  const auto call = Open();
  for (uint64_t id = 1; id <= 6; ++id) {
    call->Send(RequestWithId(id));
  }
  std::vector<Issuance*> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.push_back(&Pop());
  }
  EXPECT_EQ(call->reads(), 4);
  EXPECT_EQ(queue_.size(), 0u);
  waiting[0]->Answer(Issued("certificate"));
  ASSERT_TRUE(call->Receive<Response>().has_value());
  waiting[0] = &Pop();
  EXPECT_EQ(call->reads(), 5);
  for (Issuance* issuance : waiting) {
    issuance->Answer(Issued("certificate"));
  }
  Pop().Answer(Issued("certificate"));
  call->SendNoMore();
  EXPECT_TRUE(call->WaitUntilDone().ok());
}

TEST_F(StreamIssueTest, WhatFindsNoRoomIsRefusedAndTheStreamGoesOn) {
  FillQueue();
  const uint64_t refused = queue_.stats().refused();
  const auto call = Open();
  call->Send(RequestWithId(1));
  const std::optional<Response> response = call->Receive<Response>();
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->error().code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(WireReason(response->error()), "CALLER_SHARE_FULL");
  EXPECT_EQ(queue_.stats().refused(), refused + 1);
  EmptyQueue();
  call->Send(RequestWithId(2));
  Pop().Answer(Issued("certificate"));
  EXPECT_TRUE(call->Receive<Response>()->has_certificate());
  call->SendNoMore();
  EXPECT_TRUE(call->WaitUntilDone().ok());
}

TEST_F(StreamIssueTest, ARequestThatIsNotUtf8IsAnsweredByItsId) {
  const auto call = Open();
  call->SendOctets(Octets(NotUtf8(5)));
  const std::optional<Response> response = call->Receive<Response>();
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->id(), 5u);
  EXPECT_EQ(response->error().code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(WireReason(response->error()), "REQUEST_MALFORMED");
  call->Send(RequestWithId(6));
  Pop().Answer(Issued("certificate"));
  EXPECT_EQ(call->Receive<Response>()->id(), 6u);
  call->SendNoMore();
  EXPECT_TRUE(call->WaitUntilDone().ok());
}

TEST_F(StreamIssueTest, AMessageWithoutAReadableIdEndsTheStreamAfterTheAnswersBefore) {
  const auto call = Open();
  call->Send(RequestWithId(1));
  call->SendOctets(Octets("\xff\xff\xff"));
  Pop().Answer(Issued("certificate"));
  EXPECT_EQ(call->Receive<Response>()->id(), 1u);
  const grpc::Status status = call->WaitUntilDone();
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(WireReason(status), "REQUEST_MALFORMED");
}

TEST_F(StreamIssueTest, ACancelledStreamDropsItsWorkAndEndsAfterTheLastAnswer) {
  const auto call = Open();
  call->Send(RequestWithId(1));
  call->Send(RequestWithId(2));
  Issuance& first = Pop();
  Issuance& second = Pop();
  EXPECT_FALSE(first.cancelled);
  call->Cancel();
  while (!first.cancelled || !second.cancelled) {
    std::this_thread::yield();
  }
  first.Answer(Issued("certificate"));
  EXPECT_FALSE(call->finished()) << "one is still being worked on";
  second.Answer(Issued("certificate"));
  call->WaitUntilDone();
}

TEST_F(StreamIssueTest, AMessageThatNeverEndsIsEndedByTheClientsCancellation) {
  const auto call = Open();  // reads, and nothing comes
  EXPECT_FALSE(call->finished());
  call->Cancel();
  call->WaitUntilDone();
}

TEST_F(StreamIssueTest, ADrainAnswersWhatWasReadAndEndsTheStream) {
  const auto call = Open();
  const auto idle = Open();
  call->Send(RequestWithId(1));
  Issuance& issuance = Pop();
  calls_.BeginDrain();
  EXPECT_EQ(WireReason(idle->WaitUntilDone()), "DRAINING");
  EXPECT_FALSE(call->finished());
  issuance.Answer(Issued("certificate"));
  EXPECT_TRUE(call->Receive<Response>()->has_certificate());
  const grpc::Status status = call->WaitUntilDone();
  EXPECT_EQ(status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(WireReason(status), "DRAINING");
  const auto late = Open();
  EXPECT_EQ(WireReason(late->WaitUntilDone()), "DRAINING");
}

// The fault this was written for: the stream ends on one thread while another is still in it.
TEST_F(StreamIssueTest, StreamsThatEndAtAnyMomentHarmNothing) {
  constexpr int kStreams = 400;
  std::vector<std::thread> workers;
  for (int i = 0; i < 2; ++i) {
    workers.emplace_back([this] { AnswerAll(); });
  }
  std::minstd_rand random(41);
  for (int i = 0; i < kStreams; ++i) {
    OpenCalls calls;
    FakeBidiCall call(executor_);
    call.Bind(StartStreamIssue(intake_, calls, &call.context));
    const auto messages = random() % 8;
    const auto at = random() % (messages + 1);
    const auto way = random() % 4;
    for (unsigned message = 0; message < messages; ++message) {
      if (message == at) {
        if (way == 0) {
          call.Cancel();
        } else if (way == 1) {
          calls.BeginDrain();
        } else if (way == 2 && message > 0) {
          call.Receive<Response>();
          call.Cancel();
        }
      }
      call.Send(RequestWithId(message));
    }
    call.SendNoMore();
    call.WaitUntilDone();
  }
  queue_.Close();
  for (std::thread& worker : workers) {
    worker.join();
  }
}

}  // namespace
}  // namespace fleetca::service
