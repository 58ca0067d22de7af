#include "base/http/http_connections.h"

#include <sys/socket.h>

#include <utility>

#include "base/descriptor.h"
#include "gtest/gtest.h"

namespace fleetca {
namespace {

using Verdict = HttpConnections::Verdict;

const absl::Time kNow = absl::FromUnixSeconds(1000000);

HttpLimits Limits() {
  HttpLimits limits;
  limits.max_connections = 3;
  limits.max_connections_per_address = 2;
  limits.idle_timeout = absl::Seconds(1);
  limits.request_timeout = absl::Seconds(2);
  limits.answer_timeout = absl::Seconds(3);
  return limits;
}

class HttpConnectionsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    int ends[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    ours_.Reset(ends[0]);
    theirs_.Reset(ends[1]);
  }
  bool IsShutDown() {
    char octet;
    return recv(theirs_.get(), &octet, 1, MSG_DONTWAIT) == 0;
  }

  Descriptor ours_;
  Descriptor theirs_;
  HttpConnections connections_{Limits()};
};

TEST_F(HttpConnectionsTest, AreCountedInAllAndByAddress) {
  EXPECT_EQ(connections_.Add(1001, "a", kNow), Verdict::kTaken);
  EXPECT_EQ(connections_.Add(1002, "a", kNow), Verdict::kTaken);
  EXPECT_EQ(connections_.Add(1003, "a", kNow), Verdict::kTooManyOfAddress);
  EXPECT_EQ(connections_.Add(1003, "b", kNow), Verdict::kTaken);
  EXPECT_EQ(connections_.Add(1004, "b", kNow), Verdict::kTooMany);
  connections_.Remove(1001);
  connections_.Remove(1001);
  EXPECT_EQ(connections_.count(), 2u);
  EXPECT_EQ(connections_.Add(1004, "a", kNow), Verdict::kTaken);
}

TEST_F(HttpConnectionsTest, ADescriptorThatComesAgainStandsForAnotherConnection) {
  EXPECT_EQ(connections_.Add(1001, "a", kNow), Verdict::kTaken);
  EXPECT_EQ(connections_.Add(1001, "a", kNow), Verdict::kTaken);
  EXPECT_EQ(connections_.Add(1001, "a", kNow), Verdict::kTaken);
  EXPECT_EQ(connections_.count(), 1u);
}

TEST_F(HttpConnectionsTest, EachPhaseHasItsTime) {
  ASSERT_EQ(connections_.Add(ours_.get(), "a", kNow), Verdict::kTaken);
  connections_.NoteTaken(ours_.get());
  connections_.Enter(ours_.get(), HttpPhase::kRequest, kNow);
  EXPECT_EQ(connections_.ShutDownLate(kNow + absl::Seconds(2)), 0u);
  connections_.Enter(ours_.get(), HttpPhase::kAnswer, kNow + absl::Seconds(2));
  EXPECT_EQ(connections_.ShutDownLate(kNow + absl::Seconds(5)), 0u);
  connections_.Enter(ours_.get(), HttpPhase::kIdle, kNow + absl::Seconds(5));
  EXPECT_EQ(connections_.ShutDownLate(kNow + absl::Seconds(6)), 0u);
  EXPECT_FALSE(IsShutDown());
  EXPECT_EQ(connections_.ShutDownLate(kNow + absl::Seconds(7)), 1u);
  EXPECT_TRUE(IsShutDown());
  // Once; it counts until its end was noticed.
  EXPECT_EQ(connections_.ShutDownLate(kNow + absl::Seconds(8)), 0u);
  EXPECT_EQ(connections_.count(), 1u);
}

TEST_F(HttpConnectionsTest, AStrangerWhoSaysNothingKeepsNobodyOut) {
  ASSERT_EQ(connections_.Add(ours_.get(), "a", kNow), Verdict::kTaken);
  connections_.NoteTaken(ours_.get());
  ASSERT_EQ(connections_.Add(1001, "a", kNow), Verdict::kTaken);
  // It may be about to ask.
  EXPECT_EQ(connections_.Add(1002, "a", kNow + absl::Milliseconds(100)),
            Verdict::kTooManyOfAddress);
  EXPECT_FALSE(IsShutDown());
  EXPECT_EQ(connections_.Add(1002, "a", kNow + absl::Milliseconds(300)), Verdict::kTaken);
  EXPECT_TRUE(IsShutDown());
  EXPECT_EQ(connections_.replaced(), 1u);
  // Its place is the other's now, though its end was not noticed yet.
  EXPECT_EQ(connections_.count(), 3u);
  EXPECT_EQ(connections_.Add(1003, "a", kNow + absl::Hours(1)), Verdict::kTooManyOfAddress)
      << "the library does not have the others";
  EXPECT_EQ(connections_.Add(1003, "b", kNow + absl::Hours(1)), Verdict::kTaken);
  EXPECT_EQ(connections_.Add(1004, "b", kNow + absl::Hours(1)), Verdict::kTooMany);
  connections_.Remove(ours_.get());
  EXPECT_EQ(connections_.Add(1004, "b", kNow + absl::Hours(1)), Verdict::kTooMany);
  connections_.Remove(1001);
  EXPECT_EQ(connections_.Add(1004, "b", kNow + absl::Hours(1)), Verdict::kTaken);
}

TEST_F(HttpConnectionsTest, WhoIsAnsweredIsLeftAloneTheLongest) {
  ASSERT_EQ(connections_.Add(ours_.get(), "a", kNow), Verdict::kTaken);
  connections_.NoteTaken(ours_.get());
  ASSERT_EQ(connections_.Add(1001, "a", kNow), Verdict::kTaken);
  for (const auto& [phase, seconds] :
       {std::pair{HttpPhase::kRequest, 1}, std::pair{HttpPhase::kAnswer, 19}}) {
    connections_.Enter(ours_.get(), phase, kNow);
    EXPECT_EQ(connections_.Add(1002, "a", kNow + absl::Seconds(seconds)),
              Verdict::kTooManyOfAddress);
    EXPECT_FALSE(IsShutDown());
  }
  EXPECT_EQ(connections_.Add(1002, "a", kNow + absl::Seconds(21)), Verdict::kTaken);
  EXPECT_TRUE(IsShutDown());
}

// Its descriptor may be somebody else's by now.
TEST_F(HttpConnectionsTest, WhatWasNeverTakenIsForgottenAndNotShutDown) {
  ASSERT_EQ(connections_.Add(ours_.get(), "a", kNow), Verdict::kTaken);
  EXPECT_EQ(connections_.ShutDownLate(kNow + absl::Hours(1)), 0u);
  EXPECT_FALSE(IsShutDown());
  EXPECT_EQ(connections_.count(), 0u);
}

TEST_F(HttpConnectionsTest, OnlyWhatSaysNothingIsIdle) {
  ASSERT_EQ(connections_.Add(ours_.get(), "a", kNow), Verdict::kTaken);
  connections_.NoteTaken(ours_.get());
  connections_.Enter(ours_.get(), HttpPhase::kAnswer, kNow);
  connections_.ShutDownIdle();
  EXPECT_FALSE(IsShutDown());
  EXPECT_FALSE(connections_.AwaitNone(absl::InfinitePast()));
  connections_.Enter(ours_.get(), HttpPhase::kIdle, kNow);
  connections_.ShutDownIdle();
  EXPECT_TRUE(IsShutDown());
  connections_.Remove(ours_.get());
  EXPECT_TRUE(connections_.AwaitNone(absl::InfinitePast()));
}

}  // namespace
}  // namespace fleetca
