#include "service/edge/listener/caller_calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "base/steady_time.h"

namespace fleetca::service {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr absl::Duration kTimeout = absl::Seconds(30);
constexpr absl::Duration kForOne = CallerTable::kForgivenAfter;

// As many calls as arrive.
int64_t ArriveAll(CallerCalls& calls) {
  int64_t arrived = 0;
  while (calls.Arrive()) {
    ++arrived;
  }
  return arrived;
}

TEST(CallerCallsTest, OpenCallsAreBounded) {
  CallerCalls calls;
  EXPECT_EQ(ArriveAll(calls), CallerCalls::kMostOpen);
  EXPECT_EQ(calls.open(), CallerCalls::kMostOpen) << "one that was refused does not count";
  calls.Ended();
  EXPECT_TRUE(calls.Arrive());
  EXPECT_FALSE(calls.Arrive());
}

TEST(CallerCallsTest, EachConnectionBringsItsStreamsUpToABound) {
  CallerCalls calls;
  calls.ConnectionBegun();
  calls.ConnectionBegun();
  EXPECT_EQ(ArriveAll(calls), CallerCalls::kMostOpen + 2 * CallerCalls::kMostOpenOfAConnection);
  calls.ConnectionEnded();
  EXPECT_FALSE(calls.Arrive());
  for (int i = 0; i < 1000; ++i) {
    calls.ConnectionBegun();
  }
  ArriveAll(calls);
  EXPECT_EQ(calls.open(), CallerCalls::kMostOpenInAll);
}

TEST(CallerCallsTest, NeverCountsBelowNothing) {
  CallerCalls calls;
  calls.Begun();
  calls.Ended();
  EXPECT_EQ(calls.waiting(), 0);
  EXPECT_EQ(calls.open(), 0);
  EXPECT_TRUE(calls.Arrive());
  calls.Admitted();
  calls.Forgive(10);
  EXPECT_EQ(calls.open(), 0);
  EXPECT_EQ(calls.waiting(), 1) << "what is forgiven may still be waiting";
}

TEST(CallerCallsTest, CountsFromManyThreads) {
  CallerCalls calls;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&calls] {
      for (int j = 0; j < 100; ++j) {
        EXPECT_TRUE(calls.Arrive());
        EXPECT_TRUE(calls.Arrive());
        calls.Admitted();
        calls.Admitted();
        calls.Begun();
        calls.Ended();
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(calls.open(), 400);
  EXPECT_EQ(calls.waiting(), 400);
}

TEST(CallerTableTest, KnowsCallersApart) {
  CallerTable callers;
  ASSERT_TRUE(callers.Of("spiffe://td/a")->Arrive());
  EXPECT_EQ(callers.Of("spiffe://td/a")->open(), 1);
  EXPECT_EQ(callers.Of("spiffe://td/b")->open(), 0);
}

TEST(CallerTableTest, ForgivesByTheTimeThatHasPassed) {
  CallerTable callers;
  absl::Time now = SteadyTime();
  callers.Look(now, kTimeout);
  const auto calls = callers.Of("a");
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(calls->Arrive());
  }
  callers.Look(now += 10 * kForOne, kTimeout);
  EXPECT_EQ(calls->open(), 90);
  callers.Look(now += kForOne / 2, kTimeout);
  EXPECT_EQ(calls->open(), 90);
  callers.Look(now += kForOne / 2, kTimeout);
  EXPECT_EQ(calls->open(), 89);
}

TEST(CallerTableTest, AnUploadThatWasBrokenOffDoesNotWaitForEver) {
  CallerTable callers;
  const auto calls = callers.Of("a");
  ASSERT_TRUE(calls->Arrive());
  calls->Admitted();
  EXPECT_THAT(callers.Look(SteadyTime() + kTimeout / 2, kTimeout).waiting,
              UnorderedElementsAre("a"));
  EXPECT_THAT(callers.Look(SteadyTime() + kTimeout * 2, kTimeout).waiting, IsEmpty());
}

TEST(CallerTableTest, SaysWhoFloods) {
  CallerTable callers;
  const absl::Time now = SteadyTime();
  const auto calls = callers.Of("a");
  ArriveAll(*calls);
  for (int i = 1; i < CallerCalls::kFlood; ++i) {
    EXPECT_FALSE(calls->Arrive());
  }
  EXPECT_THAT(callers.Look(now, kTimeout).flooding, IsEmpty());
  for (int i = 0; i <= CallerCalls::kFlood; ++i) {
    EXPECT_FALSE(calls->Arrive());
  }
  EXPECT_THAT(callers.Look(now, kTimeout).flooding, UnorderedElementsAre("a"));
  EXPECT_THAT(callers.Look(now, kTimeout).flooding, IsEmpty())
      << "not what was before the last look";
}

TEST(CallerTableTest, RaisesTheAlarmOnceALook) {
  CallerTable callers;
  const absl::Time now = SteadyTime();
  int alarms = 0;
  callers.SetAlarm([&alarms] { ++alarms; });
  ArriveAll(*callers.Of("a"));
  callers.Look(now, kTimeout);
  for (int i = 0; i < CallerCalls::kFlood; ++i) {
    EXPECT_EQ(callers.Arrive("a"), nullptr);
  }
  EXPECT_EQ(alarms, 0);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(callers.Arrive("a"), nullptr);
  }
  EXPECT_EQ(alarms, 1);
  EXPECT_NE(callers.Arrive("b"), nullptr);
}

TEST(CallerTableTest, ForgetsCallersOfWhomNothingIsLeft) {
  CallerTable callers;
  absl::Time now = SteadyTime();
  callers.Look(now, kTimeout);
  ASSERT_TRUE(callers.Of("a")->Arrive());
  ASSERT_TRUE(callers.Of("a")->Arrive());
  callers.Of("a")->Admitted();
  const std::shared_ptr<CallerCalls> held = callers.Of("b");
  EXPECT_THAT(callers.Look(now += kForOne, kTimeout).waiting, UnorderedElementsAre("a"));
  EXPECT_EQ(callers.size(), 2u);
  callers.Look(now += kForOne, kTimeout);
  EXPECT_EQ(callers.size(), 1u) << "the one that a connection holds stays";
  EXPECT_EQ(callers.Of("b"), held);
}

}  // namespace
}  // namespace fleetca::service
