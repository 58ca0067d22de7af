#include "service/cli/lifetime_flag.h"

#include "gtest/gtest.h"

namespace fleetca::service {
namespace {

TEST(LifetimeFlagTest, WhatIsALifetime) {
  EXPECT_EQ(ParseLifetime("3650d"), absl::Hours(24 * 3650));
  EXPECT_EQ(ParseLifetime("1d"), absl::Hours(24));
  EXPECT_EQ(ParseLifetime("24h"), absl::Hours(24));
  EXPECT_EQ(ParseLifetime("1h30m"), absl::Minutes(90));
  EXPECT_EQ(ParseLifetime("3652425d"), absl::Hours(24) * 3652425);
}

TEST(LifetimeFlagTest, WhatIsNone) {
  for (const char* text :
       {"",  "d",  "0d",  "-1d", "+1d",   " 1d", "01d", "1.5d", "3652426d", "99999999999999999999d",
        "0", "0s", "-1h", "1ms", "1s1ms", "inf", "1",   "1 h",  "1y",       "1d1h"}) {
    EXPECT_EQ(ParseLifetime(text), std::nullopt) << text;
  }
}

TEST(LifetimeFlagTest, TextReadsBack) {
  EXPECT_EQ(LifetimeToText(absl::Hours(24 * 3650)), "3650d");
  EXPECT_EQ(LifetimeToText(absl::Hours(25)), "25h");
}

}  // namespace
}  // namespace fleetca::service
