#include "client/probe/starttls.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "client/probe/testing/scripted_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::fleetca::client::testing::Hear;
using ::fleetca::client::testing::HearLine;
using ::fleetca::client::testing::Say;
using ::fleetca::client::testing::ScriptedServer;
using ::fleetca::testing::IsError;
using ::fleetca::testing::IsOk;
using ::testing::HasSubstr;

absl::Status BeginAt(StartTls protocol, const ScriptedServer& server) {
  auto connection = TcpConnection::Connect(server.address(), absl::Seconds(10));
  return connection.ok() ? Begin(protocol, *connection) : connection.status();
}

void ExpectRefused(const absl::Status& status, const std::string& sentence) {
  EXPECT_THAT(status, IsError(absl::StatusCode::kUnavailable, Reason::kAnswerInvalid));
  EXPECT_THAT(std::string(status.message()), HasSubstr(sentence));
}

TEST(StartTlsTest, EveryNameIsAProtocol) {
  for (const std::string& name : StartTlsNames()) {
    EXPECT_TRUE(ParseStartTls(name).has_value()) << name;
  }
  EXPECT_FALSE(ParseStartTls("gopher").has_value());
}

TEST(StartTlsTest, Smtp) {
  std::string said;
  {
    const ScriptedServer server([&said](int socket) {
      Say(socket, "220-mail\r\n220 ready\r\n");
      said += HearLine(socket);
      Say(socket, "250-mail\r\n250-SIZE 100\r\n250 STARTTLS\r\n");
      said += HearLine(socket);
      Say(socket, "220 go on\r\n");
    });
    EXPECT_THAT(BeginAt(StartTls::kSmtp, server), IsOk());
  }
  EXPECT_EQ(said, "EHLO fleetca.invalid\r\nSTARTTLS\r\n");
}

TEST(StartTlsTest, SmtpWithoutTls) {
  const ScriptedServer server([](int socket) {
    Say(socket, "220 ready\r\n");
    HearLine(socket);
    Say(socket, "250 mail\r\n");
    HearLine(socket);
    Say(socket, "454 not today\r\n");
  });
  ExpectRefused(BeginAt(StartTls::kSmtp, server), "said \"454 not today\"");
}

TEST(StartTlsTest, Imap) {
  const ScriptedServer server([](int socket) {
    Say(socket, "* OK ready\r\n");
    if (HearLine(socket) == "a STARTTLS\r\n") {
      Say(socket, "* CAPABILITY IMAP4rev2\r\na OK go on\r\n");
    }
  });
  EXPECT_THAT(BeginAt(StartTls::kImap, server), IsOk());
}

TEST(StartTlsTest, Pop3) {
  const ScriptedServer server([](int socket) {
    Say(socket, "+OK ready\r\n");
    Say(socket, HearLine(socket) == "STLS\r\n" ? "+OK go on\r\n" : "-ERR\r\n");
  });
  EXPECT_THAT(BeginAt(StartTls::kPop3, server), IsOk());
}

TEST(StartTlsTest, PostgreSql) {
  for (const char answer : {'S', 'N', 'E'}) {
    std::string asked;
    absl::Status status;
    {
      const ScriptedServer server([&asked, answer](int socket) {
        asked = Hear(socket, 8);
        Say(socket, std::string(1, answer));
      });
      status = BeginAt(StartTls::kPostgres, server);
    }
    EXPECT_EQ(asked, std::string("\0\0\0\x08\x04\xd2\x16\x2f", 8));
    if (answer == 'S') {
      EXPECT_THAT(status, IsOk());
    } else {
      ExpectRefused(status, answer == 'N' ? "without TLS; set ssl = on" : "said \"E\"");
    }
  }
}

// With lengths as short as DER has them, and of four octets, as Active Directory writes them.
TEST(StartTlsTest, Ldap) {
  const std::string result("\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00", 12);
  for (const std::string& header :
       {std::string("\x30\x0c"), std::string("\x30\x84\0\0\0\x0c", 6)}) {
    const ScriptedServer server([&result, &header](int socket) {
      Hear(socket, 31);
      Say(socket, header + result);
    });
    EXPECT_THAT(BeginAt(StartTls::kLdap, server), IsOk());
  }
}

TEST(StartTlsTest, LdapThatRefuses) {
  const ScriptedServer server([](int socket) {
    Hear(socket, 31);
    Say(socket, std::string("\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x34\x04\x00\x04\x00", 14));
  });
  ExpectRefused(BeginAt(StartTls::kLdap, server), "refuses to begin TLS");
}

TEST(StartTlsTest, LdapOfAnIndefiniteLengthIsRefused) {
  const ScriptedServer server([](int socket) {
    Hear(socket, 31);
    Say(socket, absl::StrCat(absl::string_view("\x30\x80\x02\x01\x01\x78\x07\x0a\x01\x00", 10),
                             std::string(200, '\0')));
  });
  ExpectRefused(BeginAt(StartTls::kLdap, server), "check the port");
}

TEST(StartTlsTest, AnotherProtocolIsQuoted) {
  for (const StartTls protocol :
       {StartTls::kSmtp, StartTls::kImap, StartTls::kPop3, StartTls::kPostgres, StartTls::kLdap}) {
    const ScriptedServer server(
        [](int socket) { Say(socket, "HTTP/1.1 400 Bad Request\r\n\r\n"); });
    ExpectRefused(BeginAt(protocol, server), "said \"H");
  }
}

// Whatever it sends, there is an end.
TEST(StartTlsTest, LinesWithoutEndAreRefused) {
  for (const std::string& flood : {std::string(100000, '2'), std::string(100, '2') + "\r\n"}) {
    const ScriptedServer server([&flood](int socket) { Say(socket, flood); });
    ExpectRefused(BeginAt(StartTls::kSmtp, server), "is not a server of SMTP");
  }
  const ScriptedServer server([](int socket) {
    for (int i = 0; i < 1000; ++i) {
      Say(socket, "220-more\r\n");
    }
  });
  ExpectRefused(BeginAt(StartTls::kSmtp, server), "more lines than any reply has");
}

}  // namespace
}  // namespace fleetca::client
