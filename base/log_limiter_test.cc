#include "base/log_limiter.h"

#include <gtest/gtest.h>

namespace fleetca::log {
namespace {

TEST(LimiterTest, LetsSoManyThroughInASecondAndCountsTheRest) {
  Limiter limiter(2);
  const absl::Time now = absl::FromUnixSeconds(1000);
  uint64_t suppressed = 99;
  EXPECT_TRUE(limiter.Allow(now, &suppressed));
  EXPECT_EQ(suppressed, 0u);
  EXPECT_TRUE(limiter.Allow(now + absl::Milliseconds(999), &suppressed));
  EXPECT_FALSE(limiter.Allow(now + absl::Milliseconds(999), &suppressed));
  EXPECT_FALSE(limiter.Allow(now, &suppressed));
  EXPECT_TRUE(limiter.Allow(now + absl::Seconds(1), &suppressed));
  EXPECT_EQ(suppressed, 2u);
  EXPECT_TRUE(limiter.Allow(now + absl::Seconds(1), &suppressed));
  EXPECT_EQ(suppressed, 0u);
}

TEST(LimiterTest, APeriodBeginsWithItsFirstLine) {
  Limiter limiter(1, absl::Minutes(1));
  // Ten seconds before a full minute of the clock.
  const absl::Time now = absl::FromUnixSeconds(6050);
  uint64_t suppressed = 99;
  EXPECT_TRUE(limiter.Allow(now, &suppressed));
  EXPECT_EQ(suppressed, 0u);
  EXPECT_FALSE(limiter.Allow(now + absl::Seconds(11), &suppressed));
  EXPECT_FALSE(limiter.Allow(now + absl::Seconds(59), &suppressed));
  EXPECT_TRUE(limiter.Allow(now + absl::Seconds(60), &suppressed));
  EXPECT_EQ(suppressed, 2u);
  EXPECT_FALSE(limiter.Allow(now + absl::Seconds(61), &suppressed));
}

TEST(LimiterTest, AClockThatIsSetBackSilencesNothing) {
  Limiter limiter(1, absl::Minutes(1));
  const absl::Time now = absl::FromUnixSeconds(6050);
  uint64_t suppressed = 99;
  EXPECT_TRUE(limiter.Allow(now, &suppressed));
  EXPECT_TRUE(limiter.Allow(now - absl::Hours(1), &suppressed));
  EXPECT_FALSE(limiter.Allow(now - absl::Hours(1), &suppressed));
}

}  // namespace
}  // namespace fleetca::log
