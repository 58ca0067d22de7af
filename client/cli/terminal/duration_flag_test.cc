#include "client/cli/terminal/duration_flag.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

TEST(ParseDurationFlagTest, TakesWhatPeopleWrite) {
  EXPECT_EQ(ParseDurationFlag("24h"), absl::Hours(24));
  EXPECT_EQ(ParseDurationFlag("90m"), absl::Minutes(90));
  EXPECT_EQ(ParseDurationFlag("1h30m"), absl::Minutes(90));
  EXPECT_EQ(ParseDurationFlag("45s"), absl::Seconds(45));
  EXPECT_EQ(ParseDurationFlag("7d"), absl::Hours(7 * 24));
}

TEST(ParseDurationFlagTest, RefusesTheRest) {
  for (const char* text : {"", "0s", "0d", "-1h", "-1d", "24", "d", "soon", "1.5s", "100ms", "inf",
                           "99999999999999999999d", "36601d", "99999999h", "1d2h", "24h "}) {
    EXPECT_EQ(ParseDurationFlag(text), std::nullopt) << text;
    EXPECT_THAT(CheckDurationFlag(text), ::testing::HasSubstr("such as 24h")) << text;
  }
  EXPECT_EQ(CheckDurationFlag("24h"), "");
}

TEST(DurationInWordsTest, SaysTheTwoLargestUnits) {
  EXPECT_EQ(DurationInWords(absl::ZeroDuration()), "0 seconds");
  EXPECT_EQ(DurationInWords(absl::Seconds(1)), "1 second");
  EXPECT_EQ(DurationInWords(absl::Seconds(61)), "1 minute 1 second");
  EXPECT_EQ(DurationInWords(absl::Hours(2)), "2 hours");
  EXPECT_EQ(DurationInWords(absl::Hours(24) + absl::Seconds(5)), "1 day");
  EXPECT_EQ(DurationInWords(absl::Hours(51) + absl::Minutes(7)), "2 days 3 hours");
}

}  // namespace
}  // namespace fleetca::client
