#include "base/time_rounding.h"

#include <gtest/gtest.h>

#include <limits>

namespace fleetca {
namespace {

constexpr absl::Duration kTick = absl::Nanoseconds(1);

TEST(TimeRoundingTest, SecondsAreRoundedDownAndUpOnBothSidesOf1970) {
  for (const int64_t seconds : {int64_t{0}, int64_t{1'700'000'000}, int64_t{-5}}) {
    const absl::Time whole = absl::FromUnixSeconds(seconds);
    EXPECT_EQ(FloorToSecond(whole), whole);
    EXPECT_EQ(CeilToSecond(whole), whole);
    EXPECT_EQ(FloorToSecond(whole + kTick), whole);
    EXPECT_EQ(CeilToSecond(whole + kTick), whole + absl::Seconds(1));
    EXPECT_EQ(FloorToSecond(whole - kTick), whole - absl::Seconds(1));
    EXPECT_EQ(CeilToSecond(whole - kTick), whole);
  }
}

TEST(TimeRoundingTest, HoursAreRoundedUp) {
  const absl::Time hour = absl::UnixEpoch() + absl::Hours(500'000);
  EXPECT_EQ(HoursRoundedUp(hour), 500'000);
  EXPECT_EQ(HoursRoundedUp(hour + kTick), 500'001);
  EXPECT_EQ(HoursRoundedUp(hour - kTick), 500'000);
  EXPECT_EQ(HoursRoundedUp(absl::UnixEpoch() - kTick), 0);
  EXPECT_EQ(HoursRoundedUp(absl::UnixEpoch() - absl::Hours(1)), -1);
  EXPECT_EQ(HoursRoundedUp(absl::InfiniteFuture()), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(HoursRoundedUp(absl::InfinitePast()), std::numeric_limits<int64_t>::min());
}

TEST(TimeRoundingTest, AFractionOfASecondIsSeen) {
  EXPECT_TRUE(IsWholeSeconds(absl::ZeroDuration()));
  EXPECT_TRUE(IsWholeSeconds(absl::Hours(-3)));
  EXPECT_FALSE(IsWholeSeconds(absl::Seconds(1) + kTick));
  EXPECT_FALSE(IsWholeSeconds(absl::Seconds(-1) + kTick));
}

}  // namespace
}  // namespace fleetca
