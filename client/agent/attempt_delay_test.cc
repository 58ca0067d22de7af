#include "client/agent/attempt_delay.h"

#include "base/errors.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);
const absl::Status kAway = Unavailable(Reason::kServerUnreachable, "away");

TEST(AttemptDelayTest, WaitsDoubleUpToTheLongest) {
  const AttemptDelay delay = DelayAfterOutage(kDay);
  EXPECT_EQ(WaitAfter(kAway, delay, 1, 0), absl::Seconds(5));
  EXPECT_EQ(WaitAfter(kAway, delay, 3, 0), absl::Seconds(20));
  EXPECT_EQ(WaitAfter(kAway, delay, 1'000'000, 0), absl::Minutes(10));
}

TEST(AttemptDelayTest, TheJitterIsHalfOfTheWait) {
  const AttemptDelay delay = DelayAfterOutage(kDay);
  EXPECT_EQ(WaitAfter(kAway, delay, 2, 1), absl::Seconds(5));
  EXPECT_EQ(WaitAfter(kAway, delay, 2, 0.5), absl::Seconds(7.5));
}

TEST(AttemptDelayTest, AShortCertificateIsTriedOftenEnough) {
  // Renewed at half to three quarters of its life, it has 15 seconds left.
  const AttemptDelay delay = DelayAfterOutage(absl::Minutes(1));
  absl::Duration all;
  for (int failures = 1; failures <= 5; ++failures) {
    all += WaitAfter(kAway, delay, failures, 0);
  }
  EXPECT_LT(all, absl::Seconds(15));
}

TEST(AttemptDelayTest, WhatSomebodyHasToMendIsTriedMoreSlowly) {
  for (const absl::Duration life : {absl::ZeroDuration(), absl::Minutes(1), kDay, kDay * 90}) {
    EXPECT_GT(DelayAfterRefusal(life).first, DelayAfterOutage(life).first);
    EXPECT_GT(DelayAfterRefusal(life).longest, DelayAfterOutage(life).longest);
  }
}

TEST(AttemptDelayTest, TheWaitThatTheCaAsksForIsHeeded) {
  const AttemptDelay delay = DelayAfterOutage(kDay);
  const absl::Status busy =
      WithRetryDelay(ResourceExhausted(Reason::kQueueFull, "busy"), absl::Minutes(2));
  EXPECT_EQ(WaitAfter(busy, delay, 1, 0), absl::Minutes(2));
  EXPECT_EQ(WaitAfter(busy, delay, 1, 1), absl::Minutes(2) * 1.1);
  EXPECT_EQ(WaitAfter(busy, delay, 100, 0), absl::Minutes(10));
  EXPECT_EQ(WaitAfter(WithRetryDelay(busy, kDay * 365), delay, 1, 0), absl::Hours(1));
}

}  // namespace
}  // namespace fleetca::client
