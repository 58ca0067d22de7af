#include "service/call/call_life.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"

namespace fleetca::service {
namespace {

using ::grpc::StatusCode;

// Is gone as soon as it is finished: the worst that gRPC does.
class DoomedCall : public CallLife {
 public:
  struct Record {
    std::atomic<int> finished{0};
    grpc::Status status;
  };

  explicit DoomedCall(Record& record) : record_(record) {}

  void Say(const grpc::Status& status) { End(status); }

  // As a handler may: says the end in the middle of its work, under a lock.
  void Work() {
    absl::MutexLock lock(&mutex_);
    ++worked_;
    End(grpc::Status::OK);
    ++worked_;
  }

 private:
  void FinishCall(grpc::Status status) override {
    record_.status = std::move(status);
    ++record_.finished;
    delete this;
  }

  Record& record_;
  absl::Mutex mutex_;
  int worked_ = 0;
};

TEST(CallLifeTest, IsFinishedOnceEndWasSaidAndTheLastHoldHasGone) {
  DoomedCall::Record record;
  auto* call = new DoomedCall(record);
  CallLife::Hold first = call->TryHold();
  CallLife::Hold second = call->TryHold();
  ASSERT_TRUE(first && second);
  call->Say(grpc::Status(StatusCode::ABORTED, "first word"));
  call->Say(grpc::Status(StatusCode::INTERNAL, "second word"));
  EXPECT_EQ(record.finished, 0);
  first = CallLife::Hold();
  EXPECT_EQ(record.finished, 0);
  second = CallLife::Hold();
  EXPECT_EQ(record.finished, 1);
  EXPECT_EQ(record.status.error_code(), StatusCode::ABORTED);
}

TEST(CallLifeTest, IsNotFinishedByHoldsThatGoBeforeEnd) {
  DoomedCall::Record record;
  auto* call = new DoomedCall(record);
  { const CallLife::Hold hold = call->TryHold(); }
  EXPECT_EQ(record.finished, 0);
  {
    const CallLife::Hold hold = call->TryHold();
    call->Say(grpc::Status::OK);
  }
  EXPECT_EQ(record.finished, 1);
}

TEST(CallLifeTest, AMovedHoldCountsOnce) {
  DoomedCall::Record record;
  auto* call = new DoomedCall(record);
  CallLife::Hold hold = call->TryHold();
  CallLife::Hold moved = std::move(hold);
  call->Say(grpc::Status::OK);
  hold = CallLife::Hold();
  EXPECT_EQ(record.finished, 0);
  moved = CallLife::Hold();
  EXPECT_EQ(record.finished, 1);
}

TEST(CallLifeTest, AHandlerMaySayTheEndUnderItsLockAndGoOn) {
  DoomedCall::Record record;
  auto* call = new DoomedCall(record);
  {
    const CallLife::Hold hold = call->TryHold();
    call->Work();
  }
  EXPECT_EQ(record.finished, 1);
}

// Stays after it was finished, as gRPC's callbacks may come later.
class LastingCall : public CallLife {
 public:
  void Say() { End(grpc::Status::OK); }
  int finished() const { return finished_; }

 private:
  void FinishCall(grpc::Status) override { ++finished_; }
  std::atomic<int> finished_{0};
};

TEST(CallLifeTest, NoHoldIsHadOfACallThatWasFinished) {
  LastingCall call;
  {
    const CallLife::Hold hold = call.TryHold();
    call.Say();
    EXPECT_TRUE(call.TryHold());
  }
  EXPECT_FALSE(call.TryHold());
  EXPECT_EQ(call.finished(), 1);
}

TEST(CallLifeTest, ManyThreadsFinishACallOnce) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 500;
  for (int round = 0; round < kRounds; ++round) {
    LastingCall call;
    CallLife::Hold start = call.TryHold();
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&call] {
        if (const CallLife::Hold hold = call.TryHold()) {
          call.Say();
        }
      });
    }
    start = CallLife::Hold();
    for (std::thread& thread : threads) {
      thread.join();
    }
    EXPECT_EQ(call.finished(), 1);
    EXPECT_FALSE(call.TryHold());
  }
}

}  // namespace
}  // namespace fleetca::service
