#include "bench/loadgen/ladder.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::loadgen {
namespace {

// A server with one queue: latency grows as it fills, and beyond its capacity it falls behind.
LadderStep Respond(double rate, double capacity) {
  LadderStep step;
  step.offered = rate;
  step.achieved = std::min(rate, capacity);
  const double busy = std::min(rate / capacity, 0.999);
  step.p99 = absl::Milliseconds(5) / (1 - busy);
  return step;
}

std::optional<double> Climb(Ladder* ladder, double capacity, int* steps) {
  while (const auto rate = ladder->NextRate()) {
    ladder->Record(Respond(*rate, capacity));
    ++*steps;
  }
  return ladder->knee();
}

TEST(LadderTest, FindsTheKneeOfAResponseCurve) {
  // p99 reaches 50 ms at 90 % of the capacity, 2700.
  Ladder ladder(RatesOf({1000, 1.25, 12}), absl::Milliseconds(50));
  int steps = 0;
  EXPECT_DOUBLE_EQ(Climb(&ladder, 3000, &steps).value(), 1000 * 1.25 * 1.25 * 1.25 * 1.25);
  EXPECT_EQ(steps, 7);  // five that held, and two that did not
}

TEST(LadderTest, FallingBehindIsNotHolding) {
  Ladder ladder({1000, 1030, 1200}, absl::Hours(1));
  ladder.Record({.offered = 1000, .achieved = 970, .p99 = absl::Milliseconds(1)});
  ladder.Record({.offered = 1030, .achieved = 1000, .p99 = absl::Milliseconds(1)});
  EXPECT_EQ(ladder.knee(), 1030);
  ladder.Record({.offered = 1200, .achieved = 1163, .p99 = absl::Milliseconds(1)});
  EXPECT_EQ(ladder.knee(), 1030);
}

TEST(LadderTest, ErrorsAreNotHolding) {
  Ladder ladder({100, 200}, absl::Seconds(1));
  ladder.Record({.offered = 100, .achieved = 100, .errors = true});
  EXPECT_EQ(ladder.knee(), std::nullopt);
  EXPECT_EQ(ladder.NextRate(), 200);
}

TEST(LadderTest, OneStepThatFailsMayBeChance) {
  Ladder ladder({1, 2, 3, 4, 5}, absl::Seconds(1));
  ladder.Record({.offered = 1, .achieved = 1});
  ladder.Record({.offered = 2, .achieved = 1});
  ladder.Record({.offered = 3, .achieved = 3});
  EXPECT_EQ(ladder.knee(), 3);
  ladder.Record({.offered = 4, .achieved = 1});
  EXPECT_EQ(ladder.NextRate(), 5);
  ladder.Record({.offered = 5, .achieved = 1});
  EXPECT_EQ(ladder.NextRate(), std::nullopt);
  EXPECT_EQ(ladder.knee(), 3);
}

TEST(LadderTest, TheAutomaticOneGoesFromAQuarterOfTheCapacityToBeyondIt) {
  const std::vector<double> rates = RatesUpTo(1000);
  EXPECT_DOUBLE_EQ(rates.front(), 250);
  EXPECT_GT(rates.back(), 1200);
  EXPECT_TRUE(std::is_sorted(rates.begin(), rates.end()));
}

}  // namespace
}  // namespace fleetca::loadgen
