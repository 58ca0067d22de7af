#include "base/duration_text.h"

#include "gtest/gtest.h"

namespace fleetca {
namespace {

constexpr absl::Duration kLongest = absl::Hours(24 * 3652425);

TEST(DurationTextTest, WhatIsALengthOfTime) {
  EXPECT_EQ(DurationFromText("3650d", kLongest), absl::Hours(24 * 3650));
  EXPECT_EQ(DurationFromText("1d", kLongest), absl::Hours(24));
  EXPECT_EQ(DurationFromText("24h", kLongest), absl::Hours(24));
  EXPECT_EQ(DurationFromText("1h30m", kLongest), absl::Minutes(90));
  EXPECT_EQ(DurationFromText("3652425d", kLongest), kLongest);
}

TEST(DurationTextTest, WhatIsNone) {
  for (const char* text :
       {"",  "d",  "0d",  "-1d", "+1d",   " 1d", "01d", "1.5d", "3652426d", "99999999999999999999d",
        "0", "0s", "-1h", "1ms", "1s1ms", "inf", "1",   "1 h",  "1y",       "1d1h"}) {
    EXPECT_EQ(DurationFromText(text, kLongest), std::nullopt) << text;
  }
}

TEST(DurationTextTest, NothingIsLongerThanAsked) {
  EXPECT_EQ(DurationFromText("1d", absl::Hours(24)), absl::Hours(24));
  EXPECT_EQ(DurationFromText("86401s", absl::Hours(24)), std::nullopt);
  // Longer than absl can hold, where there is no limit.
  EXPECT_EQ(DurationFromText("9223372036854775807d", absl::InfiniteDuration()), std::nullopt);
  EXPECT_EQ(DurationFromText("inf", absl::InfiniteDuration()), std::nullopt);
}

TEST(DurationTextTest, TextReadsBack) {
  EXPECT_EQ(DurationToText(absl::Hours(24 * 3650)), "3650d");
  EXPECT_EQ(DurationToText(absl::Hours(25)), "25h");
}

}  // namespace
}  // namespace fleetca
