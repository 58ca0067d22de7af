#include "base/random.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace fleetca {
namespace {

std::string Draw(size_t size) {
  std::string bytes(size, '\0');
  const absl::Status status = RandomBytes(absl::MakeSpan(bytes.data(), bytes.size()));
  EXPECT_TRUE(status.ok()) << status;
  return bytes;
}

TEST(RandomBytesTest, FractionsAreSpreadFrom0To1) {
  int low = 0;
  for (int i = 0; i < 1000; ++i) {
    const double fraction = DrawFraction();
    ASSERT_GE(fraction, 0.0);
    ASSERT_LE(fraction, 1.0);
    low += fraction < 0.5 ? 1 : 0;
  }
  // A fair coin is out of this once in 10^20 runs.
  EXPECT_GT(low, 350);
  EXPECT_LT(low, 650);
}

TEST(RandomBytesTest, NothingAskedNothingDrawn) { EXPECT_TRUE(RandomBytes({}).ok()); }

TEST(RandomBytesTest, FillsEverySizeAroundTheBuffer) {
  for (const size_t size : {1, 31, 4095, 4096, 4097, 8192, 20000}) {
    const std::string bytes = Draw(size);
    std::array<int, 256> seen{};
    for (const char c : bytes) {
      ++seen[static_cast<uint8_t>(c)];
    }
    // A stretch that was left out would be zeros.
    EXPECT_LE(seen[0], 8 + static_cast<int>(size) / 64) << size;
  }
}

TEST(RandomBytesTest, EveryByteValueIsAboutAsFrequent) {
  constexpr int kDraws = 1 << 20;
  const std::string bytes = Draw(kDraws);
  std::array<double, 256> seen{};
  for (const char c : bytes) {
    seen[static_cast<uint8_t>(c)] += 1;
  }
  double chi_squared = 0;
  for (const double count : seen) {
    const double expected = kDraws / 256.0;
    chi_squared += (count - expected) * (count - expected) / expected;
  }
  // 255 degrees of freedom: mean 255, standard deviation 23. Ten of them away is never chance.
  EXPECT_GT(chi_squared, 255 - 230);
  EXPECT_LT(chi_squared, 255 + 230);
}

TEST(RandomBytesTest, NoRepeatsAcrossThreads) {
  constexpr int kThreads = 8;
  constexpr int kDraws = 5000;
  std::vector<std::vector<std::string>> drawn(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&drawn, t] {
      for (int i = 0; i < kDraws; ++i) {
        drawn[t].push_back(Draw(9));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  std::set<std::string> all;
  for (const std::vector<std::string>& some : drawn) {
    all.insert(some.begin(), some.end());
  }
  EXPECT_EQ(all.size(), size_t{kThreads} * kDraws);
}

// 32 bytes as a forked child draws them.
std::string DrawInChild() {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    char bytes[32];
    const bool ok = RandomBytes(absl::MakeSpan(bytes)).ok() &&
                    write(ends[1], bytes, sizeof(bytes)) == sizeof(bytes);
    _exit(ok ? 0 : 1);
  }
  close(ends[1]);
  std::string bytes(32, '\0');
  EXPECT_EQ(read(ends[0], bytes.data(), bytes.size()), 32);
  close(ends[0]);
  int result = 0;
  EXPECT_EQ(waitpid(child, &result, 0), child);
  EXPECT_EQ(result, 0);
  return bytes;
}

TEST(RandomBytesTest, ForkedChildrenAndTheParentDiffer) {
  // The parent's buffer is part used, so a child that kept it would draw what the parent draws.
  Draw(100);
  std::set<std::string> all;
  for (int i = 0; i < 3; ++i) {
    all.insert(DrawInChild());
  }
  all.insert(Draw(32));
  EXPECT_EQ(all.size(), 4u);
}

}  // namespace
}  // namespace fleetca
