#include "service/jwt/replay_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace fleetca::service {
namespace {

using Outcome = ReplayCache::Outcome;

constexpr absl::Time kNow = absl::FromUnixSeconds(1767225600);
constexpr absl::Time kLater = absl::FromUnixSeconds(1767225600 + 600);

TEST(ReplayCacheTest, TakesATokenOnce) {
  ReplayCache cache(10);
  EXPECT_EQ(cache.Use("https://a", "1", kLater, kNow), Outcome::kNew);
  EXPECT_EQ(cache.Use("https://a", "1", kLater, kNow), Outcome::kReplayed);
  EXPECT_EQ(cache.Use("https://a", "1", kLater + absl::Minutes(1), kNow), Outcome::kReplayed);
  EXPECT_EQ(cache.Use("https://b", "1", kLater, kNow), Outcome::kNew);
  EXPECT_EQ(cache.Use("https://a", "2", kLater, kNow), Outcome::kNew);
  // Issuer and identifier do not run together.
  EXPECT_EQ(cache.Use("https://a1", "", kLater, kNow), Outcome::kNew);
  EXPECT_EQ(cache.size(), 4u);
}

TEST(ReplayCacheTest, ForgetsWhatHasExpiredAndNotBefore) {
  ReplayCache cache(10);
  EXPECT_EQ(cache.Use("https://a", "1", kLater, kNow), Outcome::kNew);
  EXPECT_EQ(cache.Use("https://a", "1", kLater, kLater), Outcome::kReplayed);
  EXPECT_EQ(cache.Use("https://a", "2", kLater + absl::Hours(1), kLater + absl::Seconds(1)),
            Outcome::kNew);
  EXPECT_EQ(cache.size(), 1u);
}

TEST(ReplayCacheTest, KeepsLiveEntriesWhenFull) {
  ReplayCache cache(2);
  EXPECT_EQ(cache.Use("https://a", "1", kLater, kNow), Outcome::kNew);
  EXPECT_EQ(cache.Use("https://a", "2", kLater + absl::Hours(1), kNow), Outcome::kNew);
  EXPECT_EQ(cache.Use("https://a", "3", kLater, kNow), Outcome::kFull);
  EXPECT_EQ(cache.Use("https://a", "1", kLater, kNow), Outcome::kReplayed);
  EXPECT_EQ(cache.size(), 2u);
  EXPECT_EQ(cache.Use("https://a", "3", kLater + absl::Hours(1), kLater + absl::Seconds(1)),
            Outcome::kNew);
  EXPECT_EQ(cache.size(), 2u);
}

TEST(ReplayCacheTest, OneOfManyThreadsWins) {
  ReplayCache cache(10000);
  std::atomic<int> won{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int token = 0; token < 100; ++token) {
        won += cache.Use("https://a", std::to_string(token), kLater, kNow) == Outcome::kNew;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(won, 100);
}

}  // namespace
}  // namespace fleetca::service
