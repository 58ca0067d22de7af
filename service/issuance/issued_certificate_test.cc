#include "service/issuance/issued_certificate.h"

#include "gtest/gtest.h"

namespace fleetca::service {
namespace {

TEST(RenewAfterTest, SpreadsBetweenHalfAndThreeQuarters) {
  const absl::Time start = absl::FromUnixSeconds(1767225600);
  const absl::Time end = start + absl::Hours(24);
  EXPECT_EQ(RenewAfter(absl::string_view("\0", 1), start, end), start + absl::Hours(12));
  EXPECT_EQ(RenewAfter("\xff", start, end), start + absl::Hours(18));
}

}  // namespace
}  // namespace fleetca::service
