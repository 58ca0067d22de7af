#include "service/call/open_calls.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

namespace fleetca::service {
namespace {

// Ends as soon as it is told of a drain, and is deleted by its end, on another thread like gRPC's.
class DrainingCall : public CallLife {
 public:
  DrainingCall(OpenCalls& calls, std::atomic<int>& deleted) : calls_(calls), counter_{deleted} {}

  bool Open() { return place_.Take(calls_, *this); }
  void BeginDrain() override {
    ++told_;
    End(grpc::Status::OK);
  }
  int told() const { return told_; }
  void Say() { End(grpc::Status::OK); }

 private:
  struct Counter {
    ~Counter() { ++deleted; }
    std::atomic<int>& deleted;
  };

  void FinishCall(grpc::Status) override {
    std::thread([this] { delete this; }).detach();
  }

  OpenCalls& calls_;
  Counter counter_;  // outlives the place
  OpenCalls::Place place_;
  std::atomic<int> told_{0};
};

void WaitFor(const std::atomic<int>& value, int expected) {
  while (value != expected) {
    std::this_thread::yield();
  }
}

TEST(OpenCallsTest, TellsEveryOpenCallOfADrainWhichMayEndIt) {
  OpenCalls calls;
  std::atomic<int> deleted{0};
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE((new DrainingCall(calls, deleted))->Open());
  }
  calls.BeginDrain();
  WaitFor(deleted, 10);
  calls.BeginDrain();  // and finds none of them any more
}

TEST(OpenCallsTest, ACallThatComesInADrainIsToldSoWhenItTakesItsPlace) {
  OpenCalls calls;
  std::atomic<int> deleted{0};
  calls.BeginDrain();
  {
    auto* call = new DrainingCall(calls, deleted);
    const CallLife::Hold hold = call->TryHold();
    EXPECT_FALSE(call->Open());
    EXPECT_EQ(call->told(), 0);
    call->Say();
  }
  WaitFor(deleted, 1);
}

TEST(OpenCallsTest, CallsThatEndMeanwhileAreNotTouched) {
  for (int round = 0; round < 200; ++round) {
    OpenCalls calls;
    std::atomic<int> deleted{0};
    constexpr int kCalls = 8;
    DrainingCall* made[kCalls];
    for (DrainingCall*& call : made) {
      call = new DrainingCall(calls, deleted);
      ASSERT_TRUE(call->Open());
    }
    CallLife::Hold holds[kCalls];
    for (int i = 0; i < kCalls; ++i) {
      holds[i] = made[i]->TryHold();
    }
    std::thread ending([&] {
      for (int i = 0; i < kCalls; ++i) {
        made[i]->Say();
        holds[i] = CallLife::Hold();
      }
    });
    calls.BeginDrain();
    ending.join();
    WaitFor(deleted, kCalls);
  }
}

}  // namespace
}  // namespace fleetca::service
