#include "client/cli/terminal/time_flag.h"

#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

TEST(TimeFlagTest, ReadsPointsInTimeAndHowLongAgo) {
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  EXPECT_EQ(ParseTimeFlag("1970-01-01T00:00:10Z", now), absl::FromUnixSeconds(10));
  EXPECT_EQ(ParseTimeFlag("1970-01-01T01:00:10+01:00", now), absl::FromUnixSeconds(10));
  EXPECT_EQ(ParseTimeFlag("2h", now), now - absl::Hours(2));
  for (const char* text : {"", "now", "2026-11-30", "-2h", "infinite-future", "infinite-past"}) {
    EXPECT_EQ(ParseTimeFlag(text, now), std::nullopt) << text;
    EXPECT_NE(CheckTimeFlag(text), "") << text;
  }
  EXPECT_EQ(CheckTimeFlag("2h"), "");
}

}  // namespace
}  // namespace fleetca::client
