#include "bench/loadgen/raw_probe.h"

#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace fleetca::loadgen {
namespace {

TEST(RawProbeTest, TheMiddleIsWithoutTheEnds) {
  EXPECT_EQ(MiddleMean({}), std::nullopt);
  EXPECT_EQ(MiddleMean({7}), 7);
  EXPECT_EQ(MiddleMean({1000, 2, 3, 4, 5, 6, 7, 8, 9, 0}), 5.5);
}

TEST(RawProbeTest, KnowsTheServersNamesOfKeys) {
  EXPECT_EQ(KeyTypeOfServerName("P-256"), KeyType::kP256);
  EXPECT_EQ(KeyTypeOfServerName("P-384"), KeyType::kP384);
  EXPECT_EQ(KeyTypeOfServerName("Ed25519"), KeyType::kEd25519);
  EXPECT_EQ(KeyTypeOfServerName("RSA 3072"), KeyType::kRsa3072);
  EXPECT_EQ(KeyTypeOfServerName("P-521"), std::nullopt);
}

TEST(RawProbeTest, MeasuresOnItsOwnClock) {
  RawProbe probe(KeyType::kP256, KeyType::kP256);
  while (!probe.MeanUs().has_value()) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  EXPECT_GT(*probe.MeanUs(), 1);
  EXPECT_GT(probe.cpu_s(), 0);
}

}  // namespace
}  // namespace fleetca::loadgen
