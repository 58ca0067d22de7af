#include "client/agent/sockets/connection_count.h"

#include <sys/socket.h>

#include <algorithm>

#include "base/descriptor.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::testing::HasSubstr;

TEST(ConnectionCountTest, WhatIsGivenBackIsThereAgain) {
  ConnectionCount count({.connections = 3, .connections_of_a_user = 2}, "the agent", "; give more");
  FLEETCA_EXPECT_OK(count.Take(1));
  FLEETCA_EXPECT_OK(count.Take(1));
  const absl::Status third = count.Take(1);
  EXPECT_THAT(third, IsError(absl::StatusCode::kResourceExhausted, Reason::kInternal));
  EXPECT_THAT(third.message(), HasSubstr("has 2 connections to the agent already; give more"));
  FLEETCA_EXPECT_OK(count.Take(2));
  EXPECT_THAT(count.Take(3).message(), HasSubstr("the agent has 3 connections already; give more"));
  count.GiveBack(1);
  FLEETCA_EXPECT_OK(count.Take(1));
}

TEST(ConnectionCountTest, ThereAreDescriptorsLeftForEverythingElse) {
  for (const size_t free : {size_t{0}, size_t{60}, size_t{200}, size_t{20000}}) {
    const ConnectionLimits limits = ConnectionLimitsFor(free);
    EXPECT_GE(limits.connections_of_a_user, 1u) << free;
    EXPECT_LT(limits.connections_of_a_user, limits.connections) << free;
    EXPECT_LE(limits.connections * 2, std::max<size_t>(free / 3, 4)) << free;
  }
  const size_t free = FreeDescriptors();
  int ends[2] = {-1, -1};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const Descriptor first(ends[0]);
  const Descriptor second(ends[1]);
  EXPECT_EQ(FreeDescriptors(), free - 2);
}

}  // namespace
}  // namespace fleetca::client
