#include "x509/der/utf8.h"

#include <string>

#include "gtest/gtest.h"

namespace fleetca::x509 {
namespace {

TEST(Utf8Test, CountsCharacters) {
  EXPECT_EQ(CountPrintableUtf8(""), 0u);
  EXPECT_EQ(CountPrintableUtf8("abc ~"), 5u);
  EXPECT_EQ(CountPrintableUtf8("\xc2\xa0\xdf\xbf\xe0\xa0\x80\xef\xbf\xbd"), 4u);
  EXPECT_EQ(CountPrintableUtf8("\xf0\x90\x80\x80\xf4\x8f\xbf\xbd"), 2u);
  EXPECT_EQ(CountPrintableUtf8("\xed\x9f\xbf\xee\x80\x80"), 2u);
}

TEST(Utf8Test, RefusesWhatIsNotShortestFormOrNotUnicode) {
  for (const absl::string_view bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3(", "\xe0\x9f\xbf", "\xe2\x82", "\xed\xa0\x80",
        "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xfe",
        "\xf0\x90\x80"}) {
    EXPECT_EQ(CountPrintableUtf8(bad), std::nullopt) << bad;
  }
}

TEST(Utf8Test, RefusesControlsAndReordering) {
  EXPECT_EQ(CountPrintableUtf8(absl::string_view("a\0b", 3)), std::nullopt);
  for (const absl::string_view bad :
       {"\n", "\x1b[0m", "\x7f", "\xc2\x80", "\xc2\x9f", "\xe2\x80\xae", "\xe2\x81\xa6",
        "\xe2\x80\x8f", "\xe2\x80\xa8", "\xef\xbb\xbf"}) {
    EXPECT_EQ(CountPrintableUtf8(bad), std::nullopt);
  }
}

}  // namespace
}  // namespace fleetca::x509
