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

// Blocks below malloc's threshold for mappings of their own, with one that stays above them, so
// that freeing them alone gives nothing back.
TEST(MemoryTrimTest, WhatWasFreedIsGivenBack) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer has an allocator of its own";
#endif
  constexpr size_t kBlock = size_t{64} << 10;
  MemoryTrimmer trimmer;
  const absl::Time start = absl::FromUnixSeconds(1'700'000'000);
  std::vector<std::unique_ptr<char[]>> blocks;
  for (int i = 0; i < 4096; ++i) {
    blocks.push_back(std::make_unique<char[]>(kBlock));
    std::memset(blocks.back().get(), 1, kBlock);
  }
  const auto stays = std::make_unique<char[]>(kBlock);
  blocks.clear();
  const uint64_t before = Resident();
  ASSERT_GT(before, uint64_t{256} << 20);
  EXPECT_TRUE(trimmer.Look(start));
  EXPECT_LT(Resident(), before - (uint64_t{200} << 20));
  // Neither at once nor when nothing has grown.
  EXPECT_FALSE(trimmer.Look(start));
  EXPECT_FALSE(trimmer.Look(start + absl::Seconds(10)));
}

}  // namespace
}  // namespace fleetca
