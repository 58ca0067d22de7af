#include "base/text.h"

#include <fstream>
#include <string>
#include <vector>

#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca {
namespace {

using ::fleetca::testing::IsInvalid;

std::string Utf16(absl::string_view ascii, bool low_first) {
  std::string text;
  for (const char c : ascii) {
    text += low_first ? std::string{c, '\0'} : std::string{'\0', c};
  }
  return text;
}

TEST(TextTest, LeavesOutTheByteOrderMark) {
  for (const std::string& text : {std::string("\xef\xbb\xbf"
                                              "abc"),
                                  std::string("abc")}) {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const absl::string_view read, TextOf(text));
    EXPECT_EQ(read, "abc");
  }
  FLEETCA_ASSERT_OK_AND_ASSIGN(const absl::string_view empty, TextOf("\xef\xbb\xbf"));
  EXPECT_EQ(empty, "");
  // At the start alone.
  FLEETCA_ASSERT_OK_AND_ASSIGN(const absl::string_view inside, TextOf("a\xef\xbb\xbf"));
  EXPECT_EQ(inside, "a\xef\xbb\xbf");
}

TEST(TextTest, RefusesUtf16AndSaysHowToConvertIt) {
  for (const std::string& text :
       {"\xff\xfe" + Utf16("trust_domain", true), "\xfe\xff" + Utf16("trust_domain", false),
        Utf16("-----BEGIN", true), Utf16("-----BEGIN", false), "\xff\xfe" + Utf16("a", true)}) {
    const auto read = TextOf(text);
    EXPECT_THAT(read, IsInvalid(Reason::kFileInvalid, ""));
    EXPECT_NE(read.status().message().find("iconv -f UTF-16 -t UTF-8"), absl::string_view::npos);
  }
}

TEST(TextTest, TakesWhatIsNotUtf16) {
  // DER of a certificate and of a CSR, an empty SEQUENCE, octets that begin like a mark.
  const std::vector<std::string> others = {std::string("\x30\x82\x01\x00\x30", 5),
                                           std::string("\x30\x81\x9a\x02\x01\x00", 6),
                                           std::string("\x30\x00", 2),
                                           "",
                                           "a",
                                           "ab",
                                           "\xff\xfe\xfd\xfc",
                                           "\xff\xfe",
                                           "\xfe\xff\x01"};
  for (const std::string& text : others) {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const absl::string_view read, TextOf(text));
    EXPECT_EQ(read, text);
  }
}

TEST(TextTest, ReadsAFileAndNamesIt) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.path() + "/policy";
  std::ofstream(path) << "\xef\xbb\xbf"
                         "abc\r\n";
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::string text, ReadTextFile(path));
  EXPECT_EQ(text, "abc\r\n");
  std::ofstream(path) << "\xff\xfe" + Utf16("abc", true);
  const auto refused = ReadTextFile(path);
  EXPECT_THAT(refused,
              testing::IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  EXPECT_EQ(refused.status().message().substr(0, path.size()), path);
}

TEST(TextTest, TakesLinesWithEveryEnd) {
  absl::string_view text = "a\nb\r\n\tc \rd\n\n e\t";
  std::vector<std::string> lines;
  while (!text.empty()) {
    lines.emplace_back(TakeLine(&text));
  }
  EXPECT_EQ(lines, (std::vector<std::string>{"a", "b", "c", "d", "", "e"}));
}

}  // namespace
}  // namespace fleetca
