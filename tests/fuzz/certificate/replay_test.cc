// Runs a fuzzer's entry point, built by the everyday compiler, over its seeds and many mutants of
// them. With FLEETCA_SEED_DIR set, the seeds are also written there: a first corpus for libFuzzer.
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <random>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/fuzz/certificate/seeds.h"

#ifndef FLEETCA_FUZZ_SEEDS
#error "name the function that makes the seeds"
#endif

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace fleetca::x509 {
namespace {

constexpr int kMutantsPerSeed = 4000;

int RunFuzzer(const std::string& input) {
  return LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
}

// One to three changes: an octet set, dropped, doubled, or a stretch copied elsewhere.
std::string Mutate(std::string input, std::mt19937& random) {
  for (uint32_t changes = 1 + random() % 3; changes > 0 && !input.empty(); --changes) {
    const size_t at = random() % input.size();
    switch (random() % 4) {
      case 0:
        input[at] = static_cast<char>(random());
        break;
      case 1:
        input.erase(at, 1);
        break;
      case 2:
        input.insert(at, 1, input[at]);
        break;
      default:
        input.replace(at, 4, input.substr(random() % input.size(), 4));
        break;
    }
  }
  return input;
}

TEST(Replay, HoldsTheInvariantsOnSeedsAndMutants) {
  const char* const folder = std::getenv("FLEETCA_SEED_DIR");
  std::mt19937 random(1);  // the same mutants each time
  int count = 0;
  for (const std::string& seed : FLEETCA_FUZZ_SEEDS()) {
    EXPECT_EQ(RunFuzzer(seed), 0);
    if (folder != nullptr) {
      std::ofstream(absl::StrCat(folder, "/seed_", count), std::ios::binary) << seed;
    }
    for (int i = 0; i < kMutantsPerSeed; ++i) {
      EXPECT_EQ(RunFuzzer(Mutate(seed, random)), 0);
    }
    ++count;
  }
  EXPECT_GT(count, 0);
  EXPECT_EQ(RunFuzzer(""), 0);
}

}  // namespace
}  // namespace fleetca::x509
