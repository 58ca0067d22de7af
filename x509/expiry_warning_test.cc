#include "x509/expiry_warning.h"

#include "gtest/gtest.h"

namespace fleetca::x509 {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);
const absl::Time kStart = absl::FromUnixSeconds(1767225600);

TEST(WarnFromTest, IsThirtyDaysOrAThirdOfTheLife) {
  EXPECT_EQ(WarnFrom(kStart, kStart + 3650 * kDay), kStart + 3620 * kDay);
  EXPECT_EQ(WarnFrom(kStart, kStart + 90 * kDay), kStart + 60 * kDay);
  EXPECT_EQ(WarnFrom(kStart, kStart + 30 * kDay), kStart + 20 * kDay);
}

}  // namespace
}  // namespace fleetca::x509
