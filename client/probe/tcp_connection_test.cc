#include "client/probe/tcp_connection.h"

#include <string>

#include "base/errors.h"
#include "client/probe/testing/scripted_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::fleetca::client::testing::Hear;
using ::fleetca::client::testing::Say;
using ::fleetca::client::testing::ScriptedServer;
using ::fleetca::testing::IsError;
using ::fleetca::testing::IsOk;
using ::testing::HasSubstr;

TEST(TcpConnectionTest, SaysAndHears) {
  std::string heard;
  {
    const ScriptedServer server([&heard](int socket) {
      heard = Hear(socket, 5);
      Say(socket, "world");
    });
    auto connection = TcpConnection::Connect(server.address(), absl::Seconds(10));
    ASSERT_THAT(connection.status(), IsOk());
    EXPECT_EQ(connection->name(), server.address().Text());
    EXPECT_EQ(connection->peer(), server.address().Text());
    EXPECT_THAT(connection->Send("hello"), IsOk());
    std::string answer;
    for (std::string more = "?"; !more.empty(); answer += more) {
      auto received = connection->Receive(2);
      ASSERT_THAT(received.status(), IsOk());
      EXPECT_LE(received->size(), 2);
      more = *received;
    }
    EXPECT_EQ(answer, "world");
  }
  EXPECT_EQ(heard, "hello");
}

TEST(TcpConnectionTest, ASilentServerIsNotWaitedForForever) {
  const ScriptedServer server([](int socket) { Hear(socket, 1); });
  auto connection = TcpConnection::Connect(server.address(), absl::Milliseconds(300));
  ASSERT_THAT(connection.status(), IsOk());
  const absl::Status silent = connection->Receive(1, absl::Milliseconds(50)).status();
  EXPECT_THAT(silent, IsError(absl::StatusCode::kDeadlineExceeded, Reason::kServerUnreachable));
  EXPECT_THAT(std::string(silent.message()), HasSubstr("connects, but says nothing"));
  // The limit of the connection, whatever the patience.
  EXPECT_EQ(connection->Receive(1).status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(connection->left(), absl::ZeroDuration());
}

TEST(TcpConnectionTest, NobodyListens) {
  ServerAddress address;
  {
    const ScriptedServer server([](int) {});
    address = server.address();
    ASSERT_THAT(TcpConnection::Connect(address, absl::Seconds(10)).status(), IsOk());
  }
  const absl::Status refused = TcpConnection::Connect(address, absl::Seconds(10)).status();
  EXPECT_THAT(refused, IsError(absl::StatusCode::kUnavailable, Reason::kServerUnreachable));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("refuses connections; check the port"));
}

}  // namespace
}  // namespace fleetca::client
