#include "base/config/config_text.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/errors.h"
#include "fleetca/config/v1/config.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca {
namespace {

using ::fleetca::testing::IsInvalid;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kText[] =
    "trust_domain: \"fleet.example\"\n"
    "listener {\n"
    "  address: \"127.0.0.1:8443\"\n"
    "}\n"
    "issuer { blocked_keys: \"a\"\n"
    "  blocked_keys: \"b\"\n"
    "}\n";

class ConfigTextTest : public ::testing::Test {
 protected:
  // All mistakes of a text, as one message.
  std::string Mistakes(absl::string_view text) {
    config::v1::ServerConfig message;
    return std::string(ConfigText(text, "f", &message).ToStatus().message());
  }
  config::v1::ServerConfig message_;
};

TEST_F(ConfigTextTest, AGoodTextIsParsedAndHasNoMistakes) {
  const ConfigText text(kText, "f", &message_);
  EXPECT_TRUE(text.parsed());
  FLEETCA_EXPECT_OK(text.ToStatus());
  EXPECT_EQ(message_.trust_domain(), "fleet.example");
}

// As Windows' editors save it.
TEST_F(ConfigTextTest, AByteOrderMarkAndWindowsLineEndsAreFine) {
  const ConfigText text(absl::StrCat("\xef\xbb\xbf", absl::StrReplaceAll(kText, {{"\n", "\r\n"}})),
                        "f", &message_);
  EXPECT_TRUE(text.parsed());
  FLEETCA_EXPECT_OK(text.ToStatus());
  EXPECT_EQ(message_.trust_domain(), "fleet.example");
  EXPECT_EQ(text.LineOf("listener.address"), 3);
}

TEST_F(ConfigTextTest, Utf16IsCalledThat) {
  std::string utf16 = "\xff\xfe";
  for (const char c : std::string(kText)) {
    utf16 += {c, '\0'};
  }
  const ConfigText text(utf16, "f", &message_);
  EXPECT_FALSE(text.parsed());
  EXPECT_THAT(text.ToStatus(), IsInvalid(Reason::kConfigInvalid, ""));
  EXPECT_THAT(std::string(text.ToStatus().message()), StartsWith("f:1: this is UTF-16"));
}

TEST_F(ConfigTextTest, KnowsTheLineOfEveryField) {
  const ConfigText text(kText, "f", &message_);
  EXPECT_EQ(text.LineOf("trust_domain"), 1);
  EXPECT_EQ(text.LineOf("listener"), 2);
  EXPECT_EQ(text.LineOf("listener.address"), 3);
  EXPECT_EQ(text.PlaceOf("listener.address"), "f:3");
  EXPECT_EQ(text.LineOf("issuer.blocked_keys[0]"), 5);
  EXPECT_EQ(text.LineOf("issuer.blocked_keys[1]"), 6);
}

TEST_F(ConfigTextTest, TheValuesOfAListInBracketsStandWhereItBegins) {
  const ConfigText text("issuer {\n blocked_keys: [\"a\",\n \"b\"]\n}\n", "f", &message_);
  EXPECT_EQ(text.LineOf("issuer.blocked_keys[0]"), 2);
  EXPECT_EQ(text.LineOf("issuer.blocked_keys[1]"), 2);
}

TEST_F(ConfigTextTest, WhatIsAbsentIsWhereItShouldStand) {
  const ConfigText text(kText, "f", &message_);
  EXPECT_EQ(text.LineOf("listener.certificate_file"), 2);
  EXPECT_EQ(text.LineOf("store.path"), 1);
  EXPECT_EQ(text.LineOf("no_such_field.address"), 1);
  EXPECT_EQ(text.LineOf("issuer.blocked_keys[nonsense]"), 5);
  EXPECT_EQ(text.LineOf(""), 1);
}

TEST_F(ConfigTextTest, MistakesComeInTheOrderOfTheFileWithTheFirstOnesField) {
  ConfigText text(kText, "-", &message_);
  text.AddMistake("listener.address", "is odd");
  text.AddMistake("trust_domain", "is wrong");
  const absl::Status status = text.ToStatus();
  EXPECT_THAT(status, IsInvalid(Reason::kConfigInvalid, "trust_domain"));
  EXPECT_EQ(status.message(),
            "standard input:1: trust_domain: is wrong\n"
            "standard input:3: listener.address: is odd");
}

TEST_F(ConfigTextTest, WhatIsNoTextFormatIsNotParsed) {
  const ConfigText text("trust_domain \"x\" {", "f", &message_);
  EXPECT_FALSE(text.parsed());
  EXPECT_THAT(std::string(text.ToStatus().message()), StartsWith("f:1:"));
}

TEST_F(ConfigTextTest, AllUnknownFieldsAreMistakesAndTheRestIsRead) {
  const ConfigText text("trust_domian: \"x\"\nstore { path: \"s\" pfad: \"t\" }\n", "f", &message_);
  EXPECT_EQ(message_.store().path(), "s");
  const std::string mistakes(text.ToStatus().message());
  EXPECT_THAT(mistakes, HasSubstr("f:1:"));
  EXPECT_THAT(mistakes, HasSubstr("\nf:2:"));
  EXPECT_THAT(mistakes, HasSubstr("remove it or correct its name"));
}

TEST_F(ConfigTextTest, ASecretThatWasWrittenIntoTheFileIsNotQuoted) {
  for (const char* text :
       {"trust_domain: 'a' 5 \"hunter2\"\n", "listener: \"hunter2\"\n",
        "trust_domain: hunter2 # passphrase\n", "issuer { passphrase: hunter2 }\n",
        "issuer { passphrase hunter2: 1 }\n", "issuer { passphrase { file: hunter2 } }\n"}) {
    const std::string mistakes = Mistakes(text);
    EXPECT_THAT(mistakes, StartsWith("f:1:")) << text;
    EXPECT_THAT(mistakes, Not(HasSubstr("hunter2"))) << text;
  }
}

TEST_F(ConfigTextTest, AnUnknownEnumValueIsFoundWhereItStands) {
  EXPECT_THAT(Mistakes("logging {\n  level: LOG_LEVEL_LOUD\n\n\n}\n"), StartsWith("f:2:10:"));
}

TEST_F(ConfigTextTest, AnUnknownEnumValueIsToldWhatToWrite) {
  EXPECT_THAT(
      Mistakes("possession_lanes: ON\n"),
      HasSubstr("f:1:19: Unknown enumeration value of \"ON\" for field "
                "\"possession_lanes\"; write POSSESSION_LANES_AUTO or POSSESSION_LANES_OFF"));
  EXPECT_THAT(Mistakes("logging {\n  level: info }\n"),
              HasSubstr("; write LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING or "));
}

TEST_F(ConfigTextTest, AnEnumValueInQuotesIsToldWhatToWrite) {
  for (const char* text : {"possession_lanes: \"OFF\"\n", "possession_lanes : 'OFF'\n",
                           "store { path: \"s\" } possession_lanes:\"OFF\"\n"}) {
    EXPECT_THAT(Mistakes(text),
                HasSubstr("(not shown); write POSSESSION_LANES_AUTO or POSSESSION_LANES_OFF"))
        << text;
  }
  EXPECT_THAT(Mistakes("logging {level:'info'}\n"), HasSubstr("; write LOG_LEVEL_DEBUG, "));
  // Where the parser's column is not a place of the line, nothing is promised.
  EXPECT_THAT(Mistakes("\tpossession_lanes: \"OFF\"\n"), HasSubstr("(not shown)"));
}

TEST_F(ConfigTextTest, NestingIsBounded) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) {
    absl::StrAppend(&deep, "unknown {");
  }
  const ConfigText text(deep, "f", &message_);
  EXPECT_FALSE(text.parsed());
}

}  // namespace
}  // namespace fleetca
