#include "base/standard_stream.h"

#include "gtest/gtest.h"

namespace fleetca {
namespace {

TEST(StandardStreamTest, IsOneDashAndNoOtherSpelling) {
  EXPECT_TRUE(IsStandardStream("-"));
  for (const char* path : {"", "--", "./-", "/dev/stdin"}) {
    EXPECT_FALSE(IsStandardStream(path)) << path;
  }
}

TEST(StandardStreamTest, IsCalledByItsNameInSentences) {
  EXPECT_EQ(NameOfInput("-"), "standard input");
  EXPECT_EQ(NameOfInput("./-"), "./-");
  EXPECT_EQ(NameOfInput("web.crt"), "web.crt");
}

}  // namespace
}  // namespace fleetca
