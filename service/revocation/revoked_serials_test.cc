#include "service/revocation/revoked_serials.h"

#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "store/testing/test_record.h"
#include "x509/serial.h"

namespace fleetca::service {
namespace {

const absl::Time kDate = absl::FromUnixSeconds(1767225600);

TEST(RevokedSerialsTest, FindsWhatWasAddedWithItsDateAndReason) {
  RevokedSerials serials;
  const std::string one = store::TestSerial(kDate, 1);
  const std::string other = store::TestSerial(kDate, 2);
  EXPECT_EQ(serials.Find(one), std::nullopt);
  serials.Add(one, {kDate, store::RevocationReason::kSuperseded});
  EXPECT_EQ(serials.Find(one), (RevokedSince{kDate, store::RevocationReason::kSuperseded}));
  EXPECT_EQ(serials.Find(other), std::nullopt);
  serials.Add(one, {kDate, store::RevocationReason::kKeyCompromise});
  EXPECT_EQ(serials.Find(one), (RevokedSince{kDate, store::RevocationReason::kKeyCompromise}));
  EXPECT_EQ(serials.size(), 1u);
}

TEST(RevokedSerialsTest, WhatIsNoSerialOfThisCaIsNotRevoked) {
  RevokedSerials serials;
  serials.Add("short", {kDate});
  EXPECT_EQ(serials.size(), 0u);
  EXPECT_EQ(serials.Find(""), std::nullopt);
  EXPECT_EQ(serials.Find("short"), std::nullopt);
  EXPECT_EQ(serials.Find(std::string(21, 'x')), std::nullopt);
}

TEST(RevokedSerialsTest, ForgetsWhatHasExpiredAndNothingElse) {
  RevokedSerials serials;
  const std::string old = store::TestSerial(kDate - absl::Hours(2), 1);
  const std::string young = store::TestSerial(kDate, 1);
  serials.Add(old, {kDate});
  serials.Add(young, {kDate});
  EXPECT_EQ(serials.ForgetBelow(x509::SerialLowerBound(kDate)), 1u);
  EXPECT_EQ(serials.Find(old), std::nullopt);
  EXPECT_TRUE(serials.Find(young).has_value());
}

TEST(RevokedSerialsTest, ReadersAndWritersDoNotDisturbEachOther) {
  RevokedSerials serials;
  std::vector<std::thread> threads;
  for (uint64_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&serials, thread] {
      for (uint64_t i = 0; i < 500; ++i) {
        const std::string serial = store::TestSerial(kDate, 4 * i + thread);
        serials.Add(serial, {kDate});
        EXPECT_TRUE(serials.Find(serial).has_value());
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(serials.size(), 2000u);
}

}  // namespace
}  // namespace fleetca::service
