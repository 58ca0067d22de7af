#include "client/clock_difference.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "x509/serial.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;

const absl::Time kIssued = absl::FromUnixSeconds(1'900'000'000);

Issued IssuedThen() {
  Issued issued;
  issued.certificate_der = "a certificate";
  issued.serial = *x509::SerialNumber::Create(kIssued + absl::Hours(24), 1, kIssued);
  return issued;
}

TEST(ClockDifference, IsReadFromTheSerialNumber) {
  EXPECT_EQ(ClockAhead(IssuedThen(), kIssued + absl::Seconds(2)), absl::Seconds(2));
  EXPECT_EQ(ClockAhead(IssuedThen(), kIssued - absl::Hours(2)), -absl::Hours(2));
}

TEST(ClockDifference, AnAnswerFromBeforeSaysNothing) {
  Issued issued = IssuedThen();
  issued.replayed = true;
  EXPECT_EQ(ClockAhead(issued, kIssued), std::nullopt);
  issued = IssuedThen();
  issued.certificate_der.clear();
  EXPECT_EQ(ClockAhead(issued, kIssued), std::nullopt);
}

TEST(ClockDifference, OnlyMinutesAreWorthAWord) {
  EXPECT_EQ(ClockDifferenceInWords(IssuedThen(), kIssued + absl::Minutes(2)), "");
  EXPECT_EQ(ClockDifferenceInWords(IssuedThen(), kIssued - absl::Minutes(2)), "");
  EXPECT_THAT(ClockDifferenceInWords(IssuedThen(), kIssued + absl::Minutes(10)),
              HasSubstr("clock is 10m ahead of the CA's"));
  EXPECT_THAT(ClockDifferenceInWords(IssuedThen(), kIssued - absl::Minutes(10)),
              HasSubstr("clock is 10m behind the CA's"));
}

}  // namespace
}  // namespace fleetca::client
