#include "service/call/server_call.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "fleetca/v1/certificate_authority.pb.h"
#include "service/call/testing/fake_calls.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::FakeBidiCall;
using ::fleetca::testing::FakeExecutor;
using ::fleetca::testing::FakeUnaryCall;
using ::grpc::StatusCode;
using Octets = ::grpc::ByteBuffer;
using Message = v1::GetCertificateRequest;

// What became of a call, which is not there to be asked.
struct Traces {
  std::atomic<int> started = 0;
  std::atomic<int> cancelled = 0;
  std::atomic<int> deleted = 0;
};

class TracedCall : public UnaryCall {
 public:
  TracedCall(Traces& traces, bool ends_at_once) : traces_(traces), ends_at_once_(ends_at_once) {}
  ~TracedCall() override { ++traces_.deleted; }

 private:
  void Start() override {
    ++traces_.started;
    if (ends_at_once_) {
      End(grpc::Status(StatusCode::NOT_FOUND, "first"));
      End(grpc::Status(StatusCode::INTERNAL, "second"));
    }
  }
  void Cancelled() override {
    ++traces_.cancelled;
    End(grpc::Status(StatusCode::CANCELLED, "gone"));
  }

  Traces& traces_;
  const bool ends_at_once_;
};

TEST(ServerCallTest, StartsOnceEndsWithTheFirstWordAndDeletesItself) {
  Traces traces;
  FakeExecutor executor;
  FakeUnaryCall call(executor);
  call.Bind(UnaryCall::Launch(std::make_unique<TracedCall>(traces, true)));
  const grpc::Status status = call.WaitUntilDone();
  EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "first");
  EXPECT_EQ(traces.started, 1);
  EXPECT_EQ(traces.cancelled, 0);
  EXPECT_EQ(traces.deleted, 1);
}

TEST(ServerCallTest, HearsThatTheCallerHasGone) {
  Traces traces;
  FakeExecutor executor;
  FakeUnaryCall call(executor);
  call.Bind(UnaryCall::Launch(std::make_unique<TracedCall>(traces, false)));
  EXPECT_FALSE(call.finished());
  call.Cancel();
  EXPECT_EQ(call.WaitUntilDone().error_code(), StatusCode::CANCELLED);
  EXPECT_EQ(traces.cancelled, 1);
  EXPECT_EQ(traces.deleted, 1);
}

// gRPC tells of a cancellation also where the method has ended the call.
TEST(ServerCallTest, ACancellationAfterTheEndComesToNoHandler) {
  for (int i = 0; i < 200; ++i) {
    Traces traces;
    FakeExecutor executor;
    FakeUnaryCall call(executor);
    call.Cancel();
    call.Bind(UnaryCall::Launch(std::make_unique<TracedCall>(traces, true)));
    EXPECT_EQ(call.WaitUntilDone().error_code(), StatusCode::NOT_FOUND);
    EXPECT_EQ(traces.cancelled, 0);
    EXPECT_EQ(traces.deleted, 1);
  }
}

// Answers each message with itself, until there are no more.
class Echo : public BidiCall<Octets, Octets> {
 public:
  explicit Echo(Traces& traces) : traces_(traces) {}
  ~Echo() override { ++traces_.deleted; }

 private:
  void Start() override { Perform({.read = &message_}); }
  void ReadDone(bool ok) override {
    if (!ok) {
      End(grpc::Status::OK);
      return;
    }
    Next next;
    {
      absl::MutexLock lock(&mutex_);
      next.write = &message_;
    }
    Perform(next);
  }
  void WriteDone(bool ok) override {
    if (!ok) {
      End(grpc::Status(StatusCode::CANCELLED, "no more writes"));
      return;
    }
    Perform({.read = &message_});
  }

  Traces& traces_;
  Octets message_;
};

TEST(BidiCallTest, ReadsAndWritesInTurnAndEnds) {
  Traces traces;
  FakeExecutor executor;
  FakeBidiCall call(executor);
  call.Bind(Echo::Launch(std::make_unique<Echo>(traces)));
  for (int i = 0; i < 50; ++i) {
    Message message;
    message.set_serial_number("serial " + std::to_string(i));
    call.Send(message);
    const auto answer = call.Receive<Message>();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->serial_number(), message.serial_number());
  }
  call.SendNoMore();
  EXPECT_TRUE(call.WaitUntilDone().ok());
  EXPECT_EQ(traces.deleted, 1);
}

TEST(BidiCallTest, ACancelledOneEndsWhateverItWaitsFor) {
  for (int messages = 0; messages < 20; ++messages) {
    Traces traces;
    FakeExecutor executor;
    FakeBidiCall call(executor);
    call.Bind(Echo::Launch(std::make_unique<Echo>(traces)));
    for (int i = 0; i < messages; ++i) {
      call.Send(Message());
    }
    call.Cancel();
    call.WaitUntilDone();
    EXPECT_EQ(traces.deleted, 1);
  }
}

// What is outstanding when a handler ends the call is done with no word to it: it may be gone.
class EndsWithAReadOutstanding : public BidiCall<Octets, Octets> {
 public:
  explicit EndsWithAReadOutstanding(Traces& traces) : traces_(traces) {}
  ~EndsWithAReadOutstanding() override { ++traces_.deleted; }

 private:
  void Start() override {
    Perform({.read = &message_});
    End(grpc::Status(StatusCode::UNAVAILABLE, "enough"));
  }
  void ReadDone(bool) override { ++traces_.started; }
  void WriteDone(bool) override {}

  Traces& traces_;
  Octets message_;
};

TEST(BidiCallTest, NothingIsHeardOfAfterTheEnd) {
  Traces traces;
  FakeExecutor executor;
  FakeBidiCall call(executor);
  call.Bind(EndsWithAReadOutstanding::Launch(std::make_unique<EndsWithAReadOutstanding>(traces)));
  EXPECT_EQ(call.WaitUntilDone().error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(traces.started, 0);
  EXPECT_EQ(traces.deleted, 1);
}

}  // namespace
}  // namespace fleetca::service
