#include "base/clock.h"

#include <gtest/gtest.h>

#include "absl/time/clock.h"

namespace fleetca {
namespace {

TEST(SystemClockTest, TellsTheTimeOfTheSystem) {
  const absl::Time before = absl::Now();
  const absl::Time told = Clock::System().Now();
  const absl::Time after = absl::Now();
  EXPECT_LE(before, told);
  EXPECT_LE(told, after);
  EXPECT_EQ(&Clock::System(), &Clock::System());
}

}  // namespace
}  // namespace fleetca
