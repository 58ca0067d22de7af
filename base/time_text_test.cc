#include "base/time_text.h"

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace fleetca {
namespace {

TEST(TimeTextTest, IsInUtcAndWithoutFractions) {
  const absl::Time time = absl::FromUnixMillis(1700000000999);
  EXPECT_EQ(TimeToText(time), "2023-11-14T22:13:20Z");
  EXPECT_EQ(TimeToWords(time), "2023-11-14 22:13:20 UTC");
}

}  // namespace
}  // namespace fleetca
