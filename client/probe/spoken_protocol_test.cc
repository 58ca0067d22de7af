#include "client/probe/spoken_protocol.h"

#include <string>

#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(SpokenProtocolTest, RecordsOfTlsAreTls) {
  EXPECT_TRUE(LooksLikeTls("\x16\x03\x03"));
  EXPECT_TRUE(LooksLikeTls("\x15\x03\x01"));
  EXPECT_TRUE(LooksLikeTls("\x16"));
  for (const absl::string_view other : {"", "HTTP/1.1", "\x16H", "\x17\x03\x03"}) {
    EXPECT_FALSE(LooksLikeTls(other));
  }
}

TEST(SpokenProtocolTest, KnownProtocolsAreNamed) {
  EXPECT_THAT(SpokenInstead("HTTP/1.1 400 Bad Request\r\n"), HasSubstr("with HTTP"));
  EXPECT_THAT(SpokenInstead("<!doctype html>"), HasSubstr("with HTTP"));
  EXPECT_THAT(SpokenInstead("SSH-2.0-OpenSSH_9.2"), HasSubstr("with SSH"));
  EXPECT_THAT(SpokenInstead("220 mail ready\r\n"), HasSubstr("--starttls smtp"));
  EXPECT_THAT(SpokenInstead("* OK ready\r\n"), HasSubstr("--starttls imap"));
  EXPECT_THAT(SpokenInstead("+OK ready\r\n"), HasSubstr("--starttls pop3"));
}

// What a server says goes to a terminal.
TEST(SpokenProtocolTest, AnythingElseIsShownEscapedAndCut) {
  EXPECT_THAT(SpokenInstead("\x1b[2Jhello"), HasSubstr("\"\\x1b[2Jhello\", which is not TLS"));
  const std::string long_word(100, 'a');
  EXPECT_THAT(SpokenInstead(long_word),
              AllOf(HasSubstr(long_word.substr(0, 40)), Not(HasSubstr(long_word.substr(0, 41)))));
}

}  // namespace
}  // namespace fleetca::client
