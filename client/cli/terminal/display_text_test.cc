#include "client/cli/terminal/display_text.h"

#include <string>

#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

TEST(DisplayTextTest, CountsColumnsAndNotOctets) {
  const Utf8Characters utf8;
  EXPECT_EQ(DisplayWidth(""), 0u);
  EXPECT_EQ(DisplayWidth("Zürich"), 6u);
  EXPECT_EQ(DisplayWidth("日本"), 4u);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1u);
}

TEST(DisplayTextTest, CutsAtCharactersAndSaysSo) {
  const Utf8Characters utf8;
  EXPECT_EQ(CutToWidth("abcdef", 6), "abcdef");
  EXPECT_EQ(CutToWidth("abcdef", 5), "abcd…");
  EXPECT_EQ(CutToWidth("日本語", 5), "日本…");
  // A wide character does not fit into the half that is left.
  EXPECT_EQ(CutToWidth("日本語", 4), "日…");
  // What combines stays with its letter.
  EXPECT_EQ(CutToWidth("ae\u0301iou", 3), "ae\u0301…");
  EXPECT_EQ(CutToWidth("abc", 1), "…");
  EXPECT_EQ(CutToWidth("abc", 0), "");
}

}  // namespace
}  // namespace fleetca::client
