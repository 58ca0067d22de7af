#include "base/memory_trim.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "base/process_usage.h"

namespace fleetca {
namespace {

uint64_t Resident() { return ReadProcessUsage()->resident_bytes; }

// Fills and frees 256 MiB in blocks below malloc's threshold for mappings of their own, with one
// that stays above them, so that freeing them alone gives nothing back. Returns the one that stays.
std::unique_ptr<char[]> Burst() {
  constexpr size_t kBlock = size_t{64} << 10;
  std::vector<std::unique_ptr<char[]>> blocks;
  for (int i = 0; i < 4096; ++i) {
    blocks.push_back(std::make_unique<char[]>(kBlock));
    std::memset(blocks.back().get(), 1, kBlock);
  }
  return std::make_unique<char[]>(kBlock);
}

TEST(MemoryTrimTest, WhatWasFreedIsGivenBackAfterEachBurst) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer has an allocator of its own";
#endif
  MemoryTrimmer trimmer;
  absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  std::vector<std::unique_ptr<char[]>> stay;
  // The second burst begins and ends between two looks, and reuses what the first has left free.
  for (int burst = 0; burst < 3; ++burst) {
    stay.push_back(Burst());
    const uint64_t before = Resident();
    ASSERT_GT(before, uint64_t{200} << 20);
    EXPECT_TRUE(trimmer.Look(now));
    EXPECT_LT(Resident(), before - (uint64_t{200} << 20));
    // Neither at once nor when nothing has grown.
    EXPECT_FALSE(trimmer.Look(now));
    now += absl::Seconds(10);
    EXPECT_FALSE(trimmer.Look(now));
    now += absl::Seconds(10);
  }
}

}  // namespace
}  // namespace fleetca
