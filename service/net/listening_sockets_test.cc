#include "service/net/listening_sockets.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::IsOk;
using ::testing::AllOf;
using ::testing::HasSubstr;

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

TEST(ListeningSocketsTest, TheCauseIsTheOneThatIs) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const ListeningSockets made, Listen("127.0.0.1:0", "test"));
  const absl::Status taken = Listen(absl::StrCat("127.0.0.1:", made.port), "f").status();
  EXPECT_TRUE(absl::StrContains(taken.message(), "another process has the port")) << taken;
  const absl::Status foreign = Listen("192.0.2.1:0", "f").status();
  EXPECT_TRUE(absl::StrContains(foreign.message(), "is not this host's")) << foreign;
  EXPECT_FALSE(absl::StrContains(foreign.message(), "another process")) << foreign;
  // In a process without root's rights, where the kernel keeps the low ports for root.
  const pid_t child = fork();
  if (child == 0) {
    constexpr uid_t kNobody = 65534;
    if (geteuid() == 0 && setresuid(kNobody, kNobody, kNobody) != 0) {
      _exit(1);
    }
    const absl::Status closed = Listen("127.0.0.1:1", "f").status();
    _exit(closed.ok() || (absl::StrContains(closed.message(), "CAP_NET_BIND_SERVICE") &&
                          !absl::StrContains(closed.message(), "another process"))
              ? 0
              : 1);
  }
  int result = -1;
  ASSERT_EQ(waitpid(child, &result, 0), child);
  EXPECT_EQ(result, 0);
}

absl::Status Apart(absl::string_view one, absl::string_view two) {
  return CheckApart(one, "bootstrap.address", two, "listener.address");
}

TEST(ListeningSocketsTest, TwoPortsThatMeet) {
  const struct {
    const char* one;
    const char* two;
  } cases[] = {{"127.0.0.1:8443", "127.0.0.1:8443"}, {"0.0.0.0:8443", "127.0.0.1:8443"},
               {"127.0.0.1:8443", "0.0.0.0:8443"},   {"[::]:8443", "127.0.0.1:8443"},
               {"[::]:8443", "0.0.0.0:8443"},        {"[::]:8443", "[::1]:8443"},
               {"[::1]:8443", "[0:0::1]:8443"},      {"[::ffff:127.0.0.1]:8443", "127.0.0.1:8443"}};
  for (const auto& test : cases) {
    const absl::Status status = Apart(test.one, test.two);
    EXPECT_THAT(status, IsInvalid(Reason::kConfigInvalid, "bootstrap.address")) << test.one;
    EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr(test.one), HasSubstr(test.two)));
  }
}

TEST(ListeningSocketsTest, TwoPortsThatDoNot) {
  EXPECT_THAT(Apart("127.0.0.1:8443", "127.0.0.1:8444"), IsOk());
  EXPECT_THAT(Apart("127.0.0.1:8443", "127.0.0.2:8443"), IsOk());
  EXPECT_THAT(Apart("0.0.0.0:8443", "[::1]:8443"), IsOk());
  // Each takes a free one.
  EXPECT_THAT(Apart("127.0.0.1:0", "127.0.0.1:0"), IsOk());
}

TEST(ListeningSocketsTest, AnAddressIsJudgedWhileAServerHasIt) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const ListeningSockets server, Listen("127.0.0.1:0", "f"));
  const std::string address = absl::StrCat("127.0.0.1:", server.port);
  EXPECT_THAT(CheckAddress(address, "f"), IsOk());
  EXPECT_EQ(GetReason(Listen(address, "f").status()), Reason::kConfigInvalid);
}

TEST(ListeningSocketsTest, AnAddressOfAnotherMachineIsRefused) {
  const absl::Status status = CheckAddress("192.0.2.1:8443", "listener.address");
  EXPECT_EQ(GetReason(status), Reason::kConfigInvalid) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("listener.address"));
  EXPECT_EQ(Listen("192.0.2.1:8443", "listener.address").status(), status);
}

}  // namespace
}  // namespace fleetca::service
