#include "service/net/socket_state.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <string>

#include "absl/time/clock.h"
#include "base/descriptor.h"
#include "service/net/listening_sockets.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

bool Eventually(const std::function<bool()>& condition) {
  const absl::Time end = absl::Now() + absl::Seconds(20);
  while (!condition()) {
    if (absl::Now() > end) {
      return false;
    }
    absl::SleepFor(absl::Milliseconds(5));
  }
  return true;
}

// Both ends of a TCP connection.
class SocketStateTest : public ::testing::Test {
 protected:
  void SetUp() override {
    FLEETCA_ASSERT_OK_AND_ASSIGN(listening_, Listen("127.0.0.1:0", "test"));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(listening_.port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(connect(peer_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)),
              0);
    ASSERT_TRUE(Eventually([this] {
      own_.Reset(accept4(listening_.sockets.front().get(), nullptr, nullptr, SOCK_CLOEXEC));
      return own_.valid();
    }));
  }

  uint64_t Received() const {
    const std::optional<SocketState> state = ReadSocketState(own_.get());
    return state.has_value() ? state->bytes_received : 0;
  }
  bool Open() const {
    const std::optional<SocketState> state = ReadSocketState(own_.get());
    return state.has_value() && state->open;
  }

  ListeningSockets listening_;
  const Descriptor peer_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  Descriptor own_;
};

TEST_F(SocketStateTest, CountsWhatCameInWhoeverReadsIt) {
  EXPECT_EQ(Received(), 0u);
  EXPECT_TRUE(Open());
  const std::string octets(5000, 'x');
  ASSERT_EQ(send(peer_.get(), octets.data(), octets.size(), 0), 5000);
  EXPECT_TRUE(Eventually([this] { return Received() == 5000; }));
  std::string read_back(5000, '\0');
  ASSERT_EQ(recv(own_.get(), read_back.data(), read_back.size(), MSG_WAITALL), 5000);
  EXPECT_EQ(Received(), 5000u);
}

TEST_F(SocketStateTest, IsOpenUntilThisSideHasEndedIt) {
  // The peer has no more to say, and may still be answered.
  shutdown(peer_.get(), SHUT_WR);
  char octet = 0;
  ASSERT_EQ(recv(own_.get(), &octet, 1, 0), 0);
  EXPECT_TRUE(Open());
  shutdown(own_.get(), SHUT_RDWR);
  EXPECT_FALSE(Open());
}

TEST_F(SocketStateTest, IsNotOpenOnceThePeerHasResetIt) {
  const linger at_once = {.l_onoff = 1, .l_linger = 0};
  ASSERT_EQ(setsockopt(peer_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), 0);
  // Dissolves the connection (connect(2)), and leaves the descriptor to its owner.
  sockaddr unconnected = {};
  unconnected.sa_family = AF_UNSPEC;
  ASSERT_EQ(connect(peer_.get(), &unconnected, sizeof(unconnected)), 0);
  EXPECT_TRUE(Eventually([this] { return !Open(); }));
}

TEST(SocketStateOfOthersTest, WhatIsNoTcpSocketHasNone) {
  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
  const Descriptor one(pair[0]);
  const Descriptor other(pair[1]);
  EXPECT_FALSE(ReadSocketState(one.get()).has_value());
  EXPECT_FALSE(ReadSocketState(-1).has_value());
}

}  // namespace
}  // namespace fleetca::service
