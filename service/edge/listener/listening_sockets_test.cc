#include "service/edge/listener/listening_sockets.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;

int Option(const Descriptor& socket, int level, int name) {
  int value = -1;
  socklen_t size = sizeof(value);
  EXPECT_EQ(getsockopt(socket.get(), level, name, &value, &size), 0);
  return value;
}

int FamilyOf(const Descriptor& socket) {
  sockaddr_storage bound = {};
  socklen_t size = sizeof(bound);
  EXPECT_EQ(getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound), &size), 0);
  return bound.ss_family;
}

TEST(ListeningSocketsTest, TakesAFreePortAndListens) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const ListeningSockets made, Listen("127.0.0.1:0", "test"));
  EXPECT_GT(made.port, 0);
  ASSERT_EQ(made.sockets.size(), 1u);
  const Descriptor& socket = made.sockets.front();
  EXPECT_EQ(Option(socket, SOL_SOCKET, SO_ACCEPTCONN), 1);
  EXPECT_EQ(Option(socket, SOL_SOCKET, SO_REUSEPORT), 0);
  EXPECT_EQ(Option(socket, IPPROTO_TCP, TCP_NODELAY), 1);
  EXPECT_NE(fcntl(socket.get(), F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(fcntl(socket.get(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST(ListeningSocketsTest, EveryAddressOfANameHasTheSamePort) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const ListeningSockets made, Listen("localhost:0", "test"));
  std::set<int> families;
  for (const Descriptor& socket : made.sockets) {
    families.insert(FamilyOf(socket));
    sockaddr_storage bound = {};
    socklen_t size = sizeof(bound);
    ASSERT_EQ(getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound), &size), 0);
    const uint16_t port = bound.ss_family == AF_INET6
                              ? reinterpret_cast<const sockaddr_in6*>(&bound)->sin6_port
                              : reinterpret_cast<const sockaddr_in*>(&bound)->sin_port;
    EXPECT_EQ(ntohs(port), made.port);
  }
  EXPECT_EQ(families.count(AF_INET), 1u);
}

TEST(ListeningSocketsTest, TheAddressOfEverythingTakesIpv4AsWell) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const ListeningSockets made, Listen("[::]:0", "test"));
  ASSERT_EQ(made.sockets.size(), 1u);
  EXPECT_EQ(FamilyOf(made.sockets.front()), AF_INET6);
  EXPECT_EQ(Option(made.sockets.front(), IPPROTO_IPV6, IPV6_V6ONLY), 0);
}

TEST(ListeningSocketsTest, APortIsFreeAgainWithItsSockets) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(ListeningSockets made, Listen("127.0.0.1:0", "test"));
  const std::string address = absl::StrCat("127.0.0.1:", made.port);
  EXPECT_THAT(Listen(address, "listener.address"),
              IsError(absl::StatusCode::kUnavailable, Reason::kConfigInvalid));
  made.sockets.clear();
  FLEETCA_EXPECT_OK(Listen(address, "listener.address"));
}

TEST(ListeningSocketsTest, WhatCannotBeBoundNamesAddressAndField) {
  for (const char* address : {"127.0.0.1", "", ":", "192.0.2.1:0", "no.such.host.invalid:1",
                              "127.0.0.1:65536", "127.0.0.1:x", "[::1:0"}) {
    const absl::Status status = Listen(address, "bootstrap.address").status();
    EXPECT_THAT(status, IsError(absl::StatusCode::kUnavailable, Reason::kConfigInvalid)) << address;
    EXPECT_TRUE(absl::StrContains(status.message(), address)) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), "bootstrap.address")) << status;
  }
}

}  // namespace
}  // namespace fleetca::service
