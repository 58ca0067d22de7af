#include "base/log_escape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace fleetca::log {
namespace {

std::string Escaped(absl::string_view text) {
  std::string out;
  AppendEscaped(text, out);
  return out;
}

std::string Word(absl::string_view text) {
  std::string out;
  AppendWord(text, out);
  return out;
}

TEST(AppendEscapedTest, PrintableAsciiIsItself) {
  EXPECT_EQ(Escaped(""), "");
  EXPECT_EQ(Escaped("spiffe://td/svc/a b~!{}<>'"), "spiffe://td/svc/a b~!{}<>'");
}

TEST(AppendEscapedTest, QuotesBackslashesAndControls) {
  EXPECT_EQ(Escaped("a\"b\\c"), R"(a\"b\\c)");
  EXPECT_EQ(Escaped("a\nb\rc\td"), R"(a\nb\u000dc\u0009d)");
  EXPECT_EQ(Escaped(absl::string_view("\0\x1b[2J\x7f", 6)), R"(\u0000\u001b[2J\u007f)");
}

TEST(AppendEscapedTest, Utf8BecomesCodePoints) {
  EXPECT_EQ(Escaped("\xc3\xa9"), R"(\u00e9)");
  EXPECT_EQ(Escaped("\xe2\x80\xae"), R"(\u202e)");            // Right-to-left override.
  EXPECT_EQ(Escaped("\xf0\x9f\x94\x91"), R"(\ud83d\udd11)");  // Beyond the 16-bit plane.
}

TEST(AppendEscapedTest, WhatIsNotUtf8IsReplaced) {
  EXPECT_EQ(Escaped("\xff"), R"(\ufffd)");
  EXPECT_EQ(Escaped("\x80x"), R"(\ufffdx)");
  EXPECT_EQ(Escaped("\xc3"), R"(\ufffd)");                         // Cut off.
  EXPECT_EQ(Escaped("\xc3\n"), R"(\ufffd\n)");                     // Swallows no line break.
  EXPECT_EQ(Escaped("\xc0\x8a"), R"(\ufffd\ufffd)");               // Overlong line break.
  EXPECT_EQ(Escaped("\xe0\x80\xa2"), R"(\ufffd\ufffd\ufffd)");     // Overlong quote.
  EXPECT_EQ(Escaped("\xed\xa0\x80"), R"(\ufffd\ufffd\ufffd)");     // Surrogate.
  EXPECT_EQ(Escaped("\xf4\x90\x80\x80").find("\\ufffd"), 0u);      // Above U+10FFFF.
  EXPECT_EQ(Escaped("\xf8\x88\x80\x80\x80").find("\\ufffd"), 0u);  // Five octets.
}

TEST(AppendEscapedTest, EveryPairOfOctetsGivesPrintableAscii) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const char text[] = {static_cast<char>(first), static_cast<char>(second)};
      const std::string out = Escaped(absl::string_view(text, 2));
      EXPECT_TRUE(std::all_of(out.begin(), out.end(), [](char c) { return c >= 0x20 && c < 0x7f; }))
          << first << " " << second;
    }
  }
}

TEST(AppendEscapedTest, LongTextsAreCutAndSaySo) {
  const std::string limit(kMaxLoggedBytes, 'x');
  EXPECT_EQ(Escaped(limit), limit);
  EXPECT_EQ(Escaped(limit + "yz"), limit + "... (2 more bytes)");
  // The worst growth is sixfold.
  EXPECT_LT(Escaped(std::string(size_t{1} << 20, '\0')).size(), 6 * kMaxLoggedBytes + 100);
}

TEST(AppendWordTest, OnlyPlainWordsGoWithoutQuotes) {
  EXPECT_EQ(Word("spiffe://td/svc/a-1_2"), "spiffe://td/svc/a-1_2");
  EXPECT_EQ(Word("[::1]:443"), "[::1]:443");
  EXPECT_EQ(Word("10%"), "10%");
  EXPECT_EQ(Word(""), "\"\"");
  EXPECT_EQ(Word("a b"), "\"a b\"");
  EXPECT_EQ(Word("a=b"), "\"a=b\"");
  EXPECT_EQ(Word("a\"b"), R"("a\"b")");
  EXPECT_EQ(Word("\xc3\xa9"), R"("\u00e9")");
}

}  // namespace
}  // namespace fleetca::log
