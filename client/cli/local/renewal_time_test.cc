#include "client/cli/local/renewal_time.h"

#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

TEST(RenewalTimeTest, AFractionIsAPartOfAWhole) {
  const auto two_thirds = ParseFraction("2/3");
  ASSERT_TRUE(two_thirds.has_value());
  EXPECT_EQ(two_thirds->numerator, 2);
  EXPECT_EQ(two_thirds->denominator, 3);
  const auto percent = ParseFraction("66%");
  ASSERT_TRUE(percent.has_value());
  EXPECT_EQ(percent->numerator, 66);
  EXPECT_EQ(percent->denominator, 100);
  for (const char* text :
       {"", "2", "0/3", "3/3", "4/3", "2/0", "-1/3", "+1/3", "1/ 3", "1/3 ", "0%", "100%", "%", "/",
        "2/3%", "0.66", "1/1001", "1/99999999999999999999"}) {
    EXPECT_FALSE(ParseFraction(text).has_value()) << text;
    EXPECT_NE(CheckFractionFlag(text), "") << text;
  }
  EXPECT_EQ(CheckFractionFlag("2/3"), "");
}

TEST(RenewalTimeTest, IsThatPartOfTheValidity) {
  const absl::Time begin = absl::FromUnixSeconds(1000);
  EXPECT_EQ(RenewalTime(begin, begin + absl::Seconds(300), {2, 3}), begin + absl::Seconds(200));
  EXPECT_EQ(RenewalTime(begin, begin + absl::Seconds(100), {2, 3}), begin + absl::Seconds(66));
}

// From year 1 to year 9999, which RFC 5280 has as a date that never comes.
TEST(RenewalTimeTest, TheLongestValidityDoesNotOverflow) {
  const absl::Time begin = absl::FromUnixSeconds(-62135596800);
  const absl::Time end = absl::FromUnixSeconds(253402300799);
  EXPECT_LT(RenewalTime(begin, end, {998, 999}), end);
  EXPECT_GT(RenewalTime(begin, end, {998, 999}), begin);
}

}  // namespace
}  // namespace fleetca::client
