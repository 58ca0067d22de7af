#include "service/rpc/control_call.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "absl/synchronization/notification.h"
#include "base/errors.h"
#include "fleetca/v1/certificate_authority.pb.h"
#include "service/call/testing/fake_calls.h"
#include "service/rpc/testing/rpc_fixture.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::FakeCallerReader;
using ::fleetca::testing::FakeExecutor;
using ::fleetca::testing::FakeUnaryCall;
using ::fleetca::testing::WireReason;
using ::grpc::StatusCode;

using Request = v1::GetCertificateRequest;
using Response = v1::GetCertificateResponse;

// Remembers the thread that asked last.
class RecordingCallerReader : public FakeCallerReader {
 public:
  absl::StatusOr<Caller> Authenticate(const grpc::ServerContextBase& context) override {
    asked_on = std::this_thread::get_id();
    return FakeCallerReader::Authenticate(context);
  }
  std::thread::id asked_on;
};

// Calls that say who asks, on a pool of one thread.
class ControlCallTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto pool = ControlPool::Start({.threads = 1, .capacity = 2});
    ASSERT_TRUE(pool.ok()) << pool.status();
    pool_ = *std::move(pool);
  }
  // So that a test that has failed does not hang.
  void TearDown() override { LetGo(); }

  std::unique_ptr<FakeUnaryCall> NewCall() {
    auto call = std::make_unique<FakeUnaryCall>(executor_);
    call->SetRequest(Request());
    return call;
  }
  template <typename Handle>
  void Bind(FakeUnaryCall& call, Handle handle) {
    call.Bind(StartControlCall<Request, Response>(*pool_, caller_reader_, &call.context,
                                                  &call.request, &call.response, handle));
  }
  std::unique_ptr<FakeUnaryCall> Call() {
    auto call = NewCall();
    Bind(*call, [this](const Caller& caller, const Request&, Response* answer) {
      ++done_;
      done_on_ = std::this_thread::get_id();
      answer->set_requester(caller.spiffe_id);
      return absl::OkStatus();
    });
    return call;
  }
  // A call whose work has begun and does not end before LetGo.
  std::unique_ptr<FakeUnaryCall> HangingCall() {
    auto call = NewCall();
    Bind(*call, [this](const Caller&, const Request&, Response*) {
      hangs_.Notify();
      let_go_.WaitForNotification();
      return absl::OkStatus();
    });
    hangs_.WaitForNotification();
    return call;
  }
  void LetGo() {
    if (!let_go_.HasBeenNotified()) {
      let_go_.Notify();
    }
  }
  // Returns when the handler knows.
  void Cancel(FakeUnaryCall& call) {
    call.Cancel();
    absl::Notification passed;
    executor_.Run([&passed] { passed.Notify(); });
    passed.WaitForNotification();
  }

  RecordingCallerReader caller_reader_;
  FakeExecutor executor_{1};  // first in, first out
  absl::Notification hangs_;
  absl::Notification let_go_;
  std::atomic<int> done_ = 0;
  std::thread::id done_on_;
  std::unique_ptr<ControlPool> pool_;
};

TEST_F(ControlCallTest, IsAdmittedAtOnceAndDoneOnAThreadOfThePool) {
  const auto call = Call();
  const grpc::Status status = call->WaitUntilDone();
  EXPECT_TRUE(status.ok()) << status.error_message();
  Response response;
  ASSERT_TRUE(ReadMessage(call->response, &response).ok());
  EXPECT_EQ(response.requester(), "spiffe://fleet.test/svc/web");
  EXPECT_EQ(caller_reader_.asked_on, std::this_thread::get_id());
  EXPECT_NE(done_on_, std::this_thread::get_id());
}

TEST_F(ControlCallTest, WhoIsNotAdmittedIsToldSoWhileTheStoreHangs) {
  const auto hanging = HangingCall();
  caller_reader_.Refuse();
  EXPECT_EQ(WireReason(Call()->WaitUntilDone()), "CALLER_UNKNOWN");
  LetGo();
  EXPECT_TRUE(hanging->WaitUntilDone().ok());
  EXPECT_EQ(done_, 0);
}

TEST_F(ControlCallTest, WhatIsNoMessageIsRefused) {
  auto call = NewCall();
  const grpc::Slice junk("\x0a\xff");
  call->request = grpc::ByteBuffer(&junk, 1);
  Bind(*call, [this](const Caller&, const Request&, Response*) {
    ++done_;
    return absl::OkStatus();
  });
  const grpc::Status status = call->WaitUntilDone();
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(WireReason(status), "REQUEST_MALFORMED");
  EXPECT_EQ(done_, 0);
}

TEST_F(ControlCallTest, AnErrorOfTheWorkIsTheCallsAndNothingIsAnswered) {
  auto call = NewCall();
  Bind(*call, [](const Caller&, const Request&, Response* answer) {
    answer->set_requester("half an answer");
    return Unavailable(Reason::kStoreUnavailable, "No disk");
  });
  const grpc::Status status = call->WaitUntilDone();
  EXPECT_EQ(status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(status.error_message(), "No disk");
  EXPECT_EQ(WireReason(status), "STORE_UNAVAILABLE");
  EXPECT_EQ(call->response.Length(), 0u);
}

TEST_F(ControlCallTest, WhatIsCancelledBeforeItsTurnIsNotDone) {
  const auto hanging = HangingCall();
  const auto cancelled = Call();
  Cancel(*cancelled);
  EXPECT_FALSE(cancelled->finished());
  LetGo();
  EXPECT_EQ(cancelled->WaitUntilDone().error_code(), StatusCode::CANCELLED);
  EXPECT_TRUE(hanging->WaitUntilDone().ok());
  EXPECT_EQ(done_, 0);
}

TEST_F(ControlCallTest, WhatIsCancelledInItsTurnIsDoneToTheEnd) {
  const auto hanging = HangingCall();
  Cancel(*hanging);
  EXPECT_FALSE(hanging->finished());
  LetGo();
  EXPECT_TRUE(hanging->WaitUntilDone().ok());
}

TEST_F(ControlCallTest, AFullPoolRefusesWithTheTimeToComeBack) {
  const auto hanging = HangingCall();
  const auto waiting = Call();
  const auto refused = Call();
  const grpc::Status status = refused->WaitUntilDone();
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(WireReason(status), "CALLER_SHARE_FULL");
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  google::rpc::RetryInfo retry;
  EXPECT_TRUE(details.details(details.details_size() - 1).UnpackTo(&retry));
  EXPECT_GE(retry.retry_delay().nanos(), 100'000'000);
  LetGo();
  EXPECT_TRUE(waiting->WaitUntilDone().ok());
  EXPECT_TRUE(hanging->WaitUntilDone().ok());
  EXPECT_EQ(done_, 1);
}

TEST_F(ControlCallTest, ThePoolEndsNoCallUnanswered) {
  const auto hanging = HangingCall();
  const auto waiting = Call();
  std::thread end([this] { pool_.reset(); });
  LetGo();
  end.join();
  EXPECT_TRUE(waiting->WaitUntilDone().ok());
  EXPECT_TRUE(hanging->WaitUntilDone().ok());
}

}  // namespace
}  // namespace fleetca::service
