#include "client/agent/last_line.h"

#include <string>

#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

std::string LastOf(absl::string_view output) {
  LastLine line;
  for (const char c : output) {
    line.Append(absl::string_view(&c, 1));
  }
  LastLine at_once;
  at_once.Append(output);
  EXPECT_EQ(line.Text(), at_once.Text());
  return line.Text();
}

TEST(LastLineTest, IsTheLastThatIsNotBlank) {
  EXPECT_EQ(LastOf(""), "");
  EXPECT_EQ(LastOf("a"), "a");
  EXPECT_EQ(LastOf("a\nb\n"), "b");
  EXPECT_EQ(LastOf("a\r\nb\r\n\r\n  \n"), "b");
  EXPECT_EQ(LastOf("a\n\n  b "), "b");
}

TEST(LastLineTest, IsPrintableAndBounded) {
  EXPECT_EQ(LastOf("\x1b[31mred"), "\\u001b[31mred");
  EXPECT_EQ(LastOf(std::string(1 << 16, 'x')).size(), LastLine::kMaxBytes);
}

}  // namespace
}  // namespace fleetca::client
