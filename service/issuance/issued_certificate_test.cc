#include "service/issuance/issued_certificate.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/testing/status_matchers.h"
#include "x509/serial.h"

namespace fleetca::service {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1767225600);

// One whose random octets are all the same.
std::string SerialOf(char random) { return '\x01' + std::string(10, 'a') + std::string(9, random); }

TEST(RenewAfterTest, IsBetweenHalfAndThreeQuarters) {
  const absl::Time end = kStart + absl::Hours(24);
  EXPECT_EQ(RenewAfter(SerialOf('\0'), kStart, end), kStart + absl::Hours(12));
  EXPECT_EQ(RenewAfter(SerialOf('\xff'), kStart, end), kStart + absl::Hours(18));
  EXPECT_EQ(RenewAfter("", kStart, end), kStart + absl::Hours(12));
}

// A fleet that started together must not renew in pulses.
TEST(RenewAfterTest, AThousandSerialsGiveAboutAThousandInstants) {
  const absl::Time end = kStart + absl::Hours(24 * 30);
  std::set<absl::Time> instants;
  size_t in_first_half = 0;
  for (int i = 0; i < 1000; ++i) {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::SerialNumber serial,
                                 x509::SerialNumber::Create(end, 1, kStart));
    const absl::Time instant = RenewAfter(serial.bytes(), kStart, end);
    EXPECT_EQ(RenewAfter(serial.bytes(), kStart, end), instant);
    EXPECT_GE(instant, kStart + absl::Hours(24 * 15));
    EXPECT_LE(instant, kStart + absl::Hours(24 * 30) * 0.75);
    in_first_half += instant < kStart + absl::Hours(24 * 30) * 0.625;
    instants.insert(instant);
  }
  // Of 648,000 seconds; ten that fall together by chance would be a miracle.
  EXPECT_GT(instants.size(), 990u);
  EXPECT_GT(in_first_half, 400u);
  EXPECT_LT(in_first_half, 600u);
}

}  // namespace
}  // namespace fleetca::service
