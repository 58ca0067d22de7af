#include "service/net/caller_calls.h"

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

constexpr absl::Duration kForOne = CallerTable::kForgivenAfter;

// As many calls as arrive.
int64_t ArriveAll(CallerCalls& calls) {
  int64_t arrived = 0;
  while (calls.Arrive()) {
    ++arrived;
  }
  return arrived;
}

TEST(CallerCallsTest, CallsAreBoundedWhetherTheyHaveBegunOrNot) {
  CallerCalls calls;
  for (int i = 0; i < 300; ++i) {
    ASSERT_TRUE(calls.Arrive());
    calls.Begun();
  }
  EXPECT_EQ(calls.open(), 300);
  EXPECT_EQ(calls.debts(), 0);
  EXPECT_EQ(ArriveAll(calls), CallerCalls::kMost - 300);
  EXPECT_EQ(calls.debts(), CallerCalls::kMost - 300) << "one that was refused does not count";
  calls.Ended(/*given_up=*/false);
  EXPECT_TRUE(calls.Arrive());
  EXPECT_FALSE(calls.Arrive());
}

TEST(CallerCallsTest, WhatIsGivenUpGoesOnCounting) {
  CallerCalls calls;
  ASSERT_TRUE(calls.Arrive());
  calls.Begun();
  calls.Ended(/*given_up=*/true);
  EXPECT_EQ(calls.open(), 0);
  EXPECT_EQ(calls.debts(), 1);
  calls.Forgive(1);
  EXPECT_EQ(calls.debts(), 0);
}

TEST(CallerCallsTest, OpenCallsAreNotForgiven) {
  CallerCalls calls;
  ASSERT_TRUE(calls.Arrive());
  calls.Begun();
  calls.Forgive(10);
  EXPECT_EQ(calls.open(), 1);
}

TEST(CallerCallsTest, EachConnectionBringsItsStreamsUpToABound) {
  CallerCalls calls;
  calls.ConnectionBegun();
  calls.ConnectionBegun();
  EXPECT_EQ(ArriveAll(calls), CallerCalls::kMost + 2 * CallerCalls::kMostOfAConnection);
  calls.ConnectionEnded();
  EXPECT_FALSE(calls.Arrive());
  for (int i = 0; i < 1000; ++i) {
    calls.ConnectionBegun();
  }
  ArriveAll(calls);
  EXPECT_EQ(calls.debts(), CallerCalls::kMostInAll);
}

TEST(CallerCallsTest, ACallThatBeginsWhenItWasForgivenIsOpenAllTheSame) {
  CallerCalls calls;
  ASSERT_TRUE(calls.Arrive());
  calls.Forgive(1);
  calls.Begun();
  EXPECT_EQ(calls.debts(), 0);
  EXPECT_EQ(calls.open(), 1);
}

TEST(CallerCallsTest, CountsFromManyThreads) {
  CallerCalls calls;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&calls] {
      for (int j = 0; j < 100; ++j) {
        EXPECT_TRUE(calls.Arrive());
        EXPECT_TRUE(calls.Arrive());
        calls.Begun();
        calls.Begun();
        calls.Ended(/*given_up=*/j % 2 == 0);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(calls.open(), 400);
  EXPECT_LE(calls.debts(), 200);
}

TEST(CallerTableTest, KnowsCallersApart) {
  CallerTable callers;
  ASSERT_TRUE(callers.Arrive("spiffe://td/a"));
  EXPECT_EQ(callers.Of("spiffe://td/a")->debts(), 1);
  EXPECT_EQ(callers.Of("spiffe://td/b")->debts(), 0);
}

TEST(CallerTableTest, ForgivesByTheTimeThatHasPassed) {
  CallerTable callers;
  absl::Time now = SteadyTime();
  callers.Look(now);
  const auto calls = callers.Of("a");
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(calls->Arrive());
  }
  callers.Look(now += 10 * kForOne);
  EXPECT_EQ(calls->debts(), 90);
  callers.Look(now += kForOne / 2);
  EXPECT_EQ(calls->debts(), 90);
  callers.Look(now += kForOne / 2);
  EXPECT_EQ(calls->debts(), 89);
}

TEST(CallerTableTest, SaysWhoFloods) {
  CallerTable callers;
  const absl::Time now = SteadyTime();
  callers.Look(now);
  const auto calls = callers.Of("a");
  ArriveAll(*calls);
  for (int i = 1; i < CallerCalls::kFlood; ++i) {
    EXPECT_FALSE(calls->Arrive());
  }
  EXPECT_THAT(callers.Look(now), IsEmpty());
  for (int i = 0; i <= CallerCalls::kFlood; ++i) {
    EXPECT_FALSE(calls->Arrive());
  }
  EXPECT_THAT(callers.Look(now), UnorderedElementsAre("a"));
  EXPECT_THAT(callers.Look(now), IsEmpty()) << "not what was before the last look";
}

TEST(CallerTableTest, RaisesTheAlarmOnceALook) {
  CallerTable callers;
  const absl::Time now = SteadyTime();
  int alarms = 0;
  callers.SetAlarm([&alarms] { ++alarms; });
  callers.Look(now);
  ArriveAll(*callers.Of("a"));
  callers.Look(now);
  for (int i = 0; i < CallerCalls::kFlood; ++i) {
    EXPECT_FALSE(callers.Arrive("a"));
  }
  EXPECT_EQ(alarms, 0);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_FALSE(callers.Arrive("a"));
  }
  EXPECT_EQ(alarms, 1);
  EXPECT_TRUE(callers.Arrive("b"));
}

TEST(CallerTableTest, ForgetsCallersOfWhomNothingIsLeft) {
  CallerTable callers;
  absl::Time now = SteadyTime();
  callers.Look(now);
  ASSERT_TRUE(callers.Arrive("a"));
  ASSERT_TRUE(callers.Arrive("a"));
  const std::shared_ptr<CallerCalls> held = callers.Of("b");
  callers.Look(now += kForOne);
  EXPECT_EQ(callers.size(), 2u);
  callers.Look(now += kForOne);
  EXPECT_EQ(callers.size(), 1u) << "the one that a connection or a call holds stays";
  EXPECT_EQ(callers.Of("b"), held);
}

}  // namespace
}  // namespace fleetca::service
