#include "client/agent/maintenance_windows.h"

#include "absl/time/civil_time.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

// 2026-06-01 is a Monday.
absl::Time At(int day, int hour, int minute = 0) {
  return absl::FromCivil(absl::CivilMinute(2026, 6, day, hour, minute), absl::UTCTimeZone());
}

constexpr absl::Duration kDay = absl::Hours(24);

TEST(MaintenanceWindowsTest, NoneAllowsAnyTime) {
  EXPECT_TRUE(MaintenanceWindows().Allows(At(3, 12)));
  EXPECT_EQ(MaintenanceWindows().FirstFrom(At(3, 12)), At(3, 12));
}

TEST(MaintenanceWindowsTest, ASpanIncludesItsBeginAndNotItsEnd) {
  const MaintenanceWindows windows({{kDay + absl::Hours(2), kDay + absl::Hours(4)}});
  EXPECT_FALSE(windows.Allows(At(2, 1, 59)));
  EXPECT_TRUE(windows.Allows(At(2, 2)));
  EXPECT_TRUE(windows.Allows(At(2, 3, 59)));
  EXPECT_FALSE(windows.Allows(At(2, 4)));
  EXPECT_EQ(windows.FirstFrom(At(1, 0)), At(2, 2));
  EXPECT_EQ(windows.FirstFrom(At(2, 3)), At(2, 3));
  EXPECT_EQ(windows.FirstFrom(At(2, 4)), At(9, 2));
}

TEST(MaintenanceWindowsTest, OneOverSundayNightReachesIntoTheNextWeek) {
  const MaintenanceWindows windows({{kDay * 6 + absl::Hours(23), kDay * 7 + absl::Hours(1)}});
  EXPECT_FALSE(windows.Allows(At(7, 22)));
  EXPECT_TRUE(windows.Allows(At(7, 23)));
  EXPECT_TRUE(windows.Allows(At(8, 0, 30)));
  EXPECT_FALSE(windows.Allows(At(8, 1)));
  EXPECT_EQ(windows.FirstFrom(At(8, 1)), At(14, 23));
}

TEST(MaintenanceWindowsTest, TheSoonestOfSeveralCounts) {
  const MaintenanceWindows windows({{kDay * 5, kDay * 6}, {kDay, kDay + absl::Hours(1)}});
  EXPECT_EQ(windows.FirstFrom(At(1, 0)), At(2, 0));
  EXPECT_EQ(windows.FirstFrom(At(3, 0)), At(6, 0));
}

TEST(MaintenanceWindowsTest, TimesBeforeTheEpochHaveAWeekToo) {
  const MaintenanceWindows windows({{absl::ZeroDuration(), kDay}});
  const absl::Time monday = absl::FromCivil(absl::CivilDay(1960, 1, 4), absl::UTCTimeZone());
  EXPECT_TRUE(windows.Allows(monday));
  EXPECT_FALSE(windows.Allows(monday + kDay));
}

}  // namespace
}  // namespace fleetca::client
