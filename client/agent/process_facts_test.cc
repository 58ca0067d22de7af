#include "client/agent/process_facts.h"

#include <unistd.h>

#include <csignal>
#include <string>

#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

constexpr char kStat[] =
    "17 (a) 9 (b ) S 1 17 17 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 250 1 1 1\n";
constexpr char kStatus[] =
    "Name:\ta\nUid:\t33\t34\t35\t36\nSigPnd:\t0000000000000001\nShdPnd:\t0000000000000002\n"
    "SigBlk:\t0000000000000004\nSigIgn:\t0000000000001000\nSigCgt:\t0000000180014a03\n";

TEST(ProcessFactsTest, AProgramsNameMayHoldAnything) {
  const auto facts = ParseProcessFacts(kStat, kStatus, 100);
  ASSERT_TRUE(facts.has_value());
  EXPECT_EQ(facts->started, absl::Milliseconds(2500));
  EXPECT_EQ(facts->user, 33u);
  EXPECT_EQ(facts->pending, 3u);
  EXPECT_EQ(facts->ignored, 0x1000u);
  EXPECT_EQ(facts->handled, 0x180014a07u);
}

TEST(ProcessFactsTest, TheStatAloneSaysTheStateAndTheStart) {
  const auto stat = ParseProcessStat(kStat);
  ASSERT_TRUE(stat.has_value());
  EXPECT_EQ(stat->state, 'S');
  EXPECT_EQ(stat->start, 250u);
}

TEST(ProcessFactsTest, WhatTheKernelDoesNotWriteIsNothing) {
  EXPECT_FALSE(ParseProcessFacts("", "", 100).has_value());
  EXPECT_FALSE(ParseProcessFacts("17 (a) S 1", kStatus, 100).has_value());
  EXPECT_FALSE(ParseProcessFacts(kStat, "Uid:\t1\n", 100).has_value());
  EXPECT_FALSE(ParseProcessFacts(kStat, kStatus, 0).has_value());
}

TEST(ProcessFactsTest, ThisProcessIsKnown) {
  const auto facts = FactsOf(getpid());
  ASSERT_TRUE(facts.has_value());
  EXPECT_EQ(facts->user, getuid());
  EXPECT_LE(facts->started, SinceBoot());
  EXPECT_LT(SinceBoot() - facts->started, absl::Hours(1));
  EXPECT_FALSE(FactsOf(4194304).has_value());
}

}  // namespace
}  // namespace fleetca::client
