#include "client/agent/sockets/local_connections.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <memory>
#include <utility>

#include "absl/time/time.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::testing::HasSubstr;

class LocalConnectionsTest : public ::testing::Test {
 protected:
  struct Pair {
    Descriptor ours;
    Descriptor theirs;
  };
  static Pair Connect() {
    int ends[2] = {-1, -1};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    return {Descriptor(ends[0]), Descriptor(ends[1])};
  }
  // Hands on what the epoll set reports.
  void Look() {
    epoll_event events[8];
    const int count = epoll_wait(epoll_.get(), events, 8, /*timeout=*/100);
    for (int i = 0; i < count; ++i) {
      connections_.OnEvent(events[i].data.u64);
    }
  }

  const Descriptor epoll_{epoll_create1(EPOLL_CLOEXEC)};
  static constexpr ConnectionLimits kLimits{.connections = 3, .connections_of_a_user = 2};
  const std::shared_ptr<ConnectionCount> all_ =
      std::make_shared<ConnectionCount>(ConnectionLimits{4, 3}, "the agent");
  LocalConnections connections_{epoll_.get(), kLimits, all_};
};

TEST_F(LocalConnectionsTest, AUserMayHaveSoManyAndTheSocketSoMany) {
  const Pair pairs[] = {Connect(), Connect(), Connect(), Connect()};
  FLEETCA_EXPECT_OK(connections_.Add(pairs[0].ours, 1));
  FLEETCA_EXPECT_OK(connections_.Add(pairs[1].ours, 1));
  const absl::Status third = connections_.Add(pairs[2].ours, 1);
  EXPECT_THAT(third, IsError(absl::StatusCode::kResourceExhausted, Reason::kInternal));
  EXPECT_THAT(third.message(), HasSubstr("has 2 connections"));
  FLEETCA_EXPECT_OK(connections_.Add(pairs[2].ours, 2));
  EXPECT_THAT(connections_.Add(pairs[3].ours, 3).message(), HasSubstr("the socket has 3"));
  EXPECT_EQ(connections_.size(), 3u);
}

TEST_F(LocalConnectionsTest, WhatEndsMakesRoom) {
  Pair first = Connect();
  Pair second = Connect();
  const Pair third = Connect();
  FLEETCA_EXPECT_OK(connections_.Add(first.ours, 1));
  FLEETCA_EXPECT_OK(connections_.Add(second.ours, 1));
  // The client goes.
  first.theirs.Reset();
  Look();
  EXPECT_EQ(connections_.size(), 1u);
  FLEETCA_EXPECT_OK(connections_.Add(third.ours, 1));
  // The server ends it, as gRPC does: it shuts it down before it closes it.
  shutdown(second.ours.get(), SHUT_RDWR);
  second.ours.Reset();
  Look();
  EXPECT_EQ(connections_.size(), 1u);
  // No duplicate keeps the client waiting.
  char octet = 0;
  EXPECT_EQ(recv(second.theirs.get(), &octet, 1, MSG_DONTWAIT), 0);
}

// However many sockets there are.
TEST_F(LocalConnectionsTest, AllSocketsTogetherMayHaveSoMany) {
  const Pair pairs[] = {Connect(), Connect(), Connect(), Connect()};
  {
    LocalConnections other(epoll_.get(), kLimits, all_);
    FLEETCA_EXPECT_OK(other.Add(pairs[0].ours, 1));
    FLEETCA_EXPECT_OK(other.Add(pairs[1].ours, 1));
    FLEETCA_EXPECT_OK(connections_.Add(pairs[2].ours, 1));
    EXPECT_THAT(connections_.Add(pairs[3].ours, 1).message(),
                HasSubstr("has 3 connections to the agent"));
    FLEETCA_EXPECT_OK(connections_.Add(pairs[3].ours, 2));
    EXPECT_THAT(connections_.Add(pairs[3].ours, 3),
                IsError(absl::StatusCode::kResourceExhausted, Reason::kInternal));
  }
  FLEETCA_EXPECT_OK(connections_.Add(pairs[3].ours, 3));
}

bool IsShutDown(const Descriptor& theirs) {
  pollfd seen = {.fd = theirs.get(), .events = 0, .revents = 0};
  return poll(&seen, 1, 0) == 1 && (seen.revents & POLLHUP) != 0;
}

TEST_F(LocalConnectionsTest, WhoeverSendsAndReadsNothingIsShutDown) {
  const Pair flood = Connect();
  const Pair reads = Connect();
  FLEETCA_EXPECT_OK(connections_.Add(flood.ours, 1));
  FLEETCA_EXPECT_OK(connections_.Add(reads.ours, 2));
  const absl::Time begun = absl::UnixEpoch();
  EXPECT_EQ(connections_.Look(begun).next, absl::Seconds(1));
  for (const Pair* pair : {&flood, &reads}) {
    ASSERT_EQ(send(pair->ours.get(), "an answer", 9, 0), 9);
    ASSERT_EQ(send(pair->theirs.get(), "more", 4, 0), 4);
  }
  for (int i = 1; i <= 3; ++i) {
    const LocalConnections::Looked looked = connections_.Look(begun + i * absl::Seconds(1));
    EXPECT_THAT(looked.ended, ::testing::IsEmpty());
    EXPECT_EQ(looked.next, absl::Milliseconds(250));
  }
  char answer[9];
  ASSERT_EQ(recv(reads.theirs.get(), answer, sizeof(answer), 0), 9);
  EXPECT_THAT(connections_.Look(begun + absl::Seconds(4)).ended, ::testing::ElementsAre(1u));
  EXPECT_TRUE(IsShutDown(flood.theirs));
  EXPECT_FALSE(IsShutDown(reads.theirs));
  Look();
  EXPECT_EQ(connections_.size(), 1u);
}

TEST_F(LocalConnectionsTest, WhoeverIsSilentMayLeaveAnAnswerUnreadForAWhile) {
  const Pair sleeps = Connect();
  FLEETCA_EXPECT_OK(connections_.Add(sleeps.ours, 1));
  ASSERT_EQ(send(sleeps.ours.get(), "an answer", 9, 0), 9);
  const absl::Time begun = absl::UnixEpoch();
  for (int i = 0; i <= 20; ++i) {
    EXPECT_THAT(connections_.Look(begun + i * absl::Seconds(1)).ended, ::testing::IsEmpty());
  }
  EXPECT_THAT(connections_.Look(begun + absl::Seconds(21)).ended, ::testing::ElementsAre(1u));
}

TEST_F(LocalConnectionsTest, AnIdThatIsNoneIsNothing) {
  connections_.OnEvent(0);
  connections_.OnEvent(12345);
  EXPECT_EQ(connections_.size(), 0u);
}

}  // namespace
}  // namespace fleetca::client
