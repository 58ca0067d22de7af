#include "base/display_escape.h"

#include <string>

#include "gtest/gtest.h"

namespace fleetca {
namespace {

TEST(DisplayEscapeTest, WhatATerminalObeysIsEscaped) {
  EXPECT_EQ(EscapeForDisplay("web\033[2J\n\t\x7f"), "web\\x1b[2J\\n\\t\\x7f");
  EXPECT_EQ(EscapeForDisplay(absl::string_view("a\0b", 3)), "a\\x00b");
  // CSI as one character of Unicode, C1.
  EXPECT_EQ(EscapeForDisplay("\xc2\x9b"
                             "2J"),
            "\\u009b2J");
}

TEST(DisplayEscapeTest, WhatTurnsTheDirectionIsEscaped) {
  EXPECT_EQ(EscapeForDisplay("a\u202eb\u2066c\u200fd\u2028e"), "a\\u202eb\\u2066c\\u200fd\\u2028e");
}

// Cut off, overlong, a half of a pair, and above the last character.
TEST(DisplayEscapeTest, OctetsThatAreNotUtf8AreEscaped) {
  EXPECT_EQ(EscapeForDisplay("\xff"
                             "a\xc3"),
            "\\xffa\\xc3");
  EXPECT_EQ(EscapeForDisplay("\xc0\x8a"), "\\xc0\\x8a");
  EXPECT_EQ(EscapeForDisplay("\xe0\x80\x8a"), "\\xe0\\x80\\x8a");
  EXPECT_EQ(EscapeForDisplay("\xed\xa0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(EscapeForDisplay("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
}

TEST(DisplayEscapeTest, TheRestStays) {
  const std::string text = "Zürich 日本 e\u0301 \\x41 ✓ \U0001f600";
  EXPECT_EQ(EscapeForDisplay(text), text);
  EXPECT_EQ(EscapeForDisplay(EscapeForDisplay("\x1b\u202e")), "\\x1b\\u202e");
}

TEST(DisplayEscapeTest, LinesStayWhereTheyAreWanted) {
  EXPECT_EQ(EscapeLinesForDisplay("a\nb\r\u202e"), "a\nb\\r\\u202e");
}

TEST(DisplayEscapeTest, JsonStaysJson) {
  EXPECT_EQ(EscapeJsonForDisplay("{\n  \"a\\n\": \"ü\x7f\xc2\x9b\u202e\"\n}\n"),
            "{\n  \"a\\n\": \"ü\\u007f\\u009b\\u202e\"\n}\n");
}

}  // namespace
}  // namespace fleetca
