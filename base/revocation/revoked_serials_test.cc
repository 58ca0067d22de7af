#include "base/revocation/revoked_serials.h"

#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace fleetca {
namespace {

const absl::Time kDate = absl::FromUnixSeconds(1767225600);
constexpr uint8_t kKeyCompromise = 1;
constexpr uint8_t kSuperseded = 4;

// 20 octets that sort by the date and then by the number, as serial numbers do.
std::string TestSerial(absl::Time date, uint64_t number) {
  std::string serial;
  for (const uint64_t part :
       {static_cast<uint64_t>(absl::ToUnixSeconds(date)), uint64_t{0}, number}) {
    for (int shift = 56; shift >= 0; shift -= 8) {
      serial.push_back(static_cast<char>(part >> shift));
    }
  }
  return serial.substr(0, 12) + serial.substr(16);
}

TEST(RevokedSerialsTest, FindsWhatWasAddedWithItsDateAndReason) {
  RevokedSerials serials;
  const std::string one = TestSerial(kDate, 1);
  const std::string other = TestSerial(kDate, 2);
  EXPECT_EQ(serials.Find(one), std::nullopt);
  serials.Add(one, {kDate, kSuperseded});
  EXPECT_EQ(serials.Find(one), (RevokedSince{kDate, kSuperseded}));
  EXPECT_EQ(serials.Find(other), std::nullopt);
  serials.Add(one, {kDate, kKeyCompromise});
  EXPECT_EQ(serials.Find(one), (RevokedSince{kDate, kKeyCompromise}));
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
  const std::string old = TestSerial(kDate - absl::Hours(2), 1);
  const std::string young = TestSerial(kDate, 1);
  serials.Add(old, {kDate});
  serials.Add(young, {kDate});
  EXPECT_EQ(serials.ForgetBelow(TestSerial(kDate, 0).substr(0, 8)), 1u);
  EXPECT_EQ(serials.Find(old), std::nullopt);
  EXPECT_TRUE(serials.Find(young).has_value());
}

TEST(RevokedSerialsTest, SwapsAllOfThem) {
  RevokedSerials serials;
  RevokedSerials fresh;
  for (uint64_t i = 0; i < 100; ++i) {
    serials.Add(TestSerial(kDate, i), {kDate});
    fresh.Add(TestSerial(kDate, i + 50), {kDate});
  }
  serials.Swap(fresh);
  EXPECT_EQ(serials.Find(TestSerial(kDate, 49)), std::nullopt);
  EXPECT_TRUE(serials.Find(TestSerial(kDate, 149)).has_value());
  EXPECT_EQ(serials.size(), 100u);
  EXPECT_TRUE(fresh.Find(TestSerial(kDate, 0)).has_value());
}

TEST(RevokedSerialsTest, ReadersAndWritersDoNotDisturbEachOther) {
  RevokedSerials serials;
  std::vector<std::thread> threads;
  for (uint64_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&serials, thread] {
      for (uint64_t i = 0; i < 500; ++i) {
        const std::string serial = TestSerial(kDate, 4 * i + thread);
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
}  // namespace fleetca
