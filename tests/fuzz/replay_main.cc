// Runs a fuzz target without libFuzzer, as a plain test: on the files named as arguments, on the
// target's seeds, and on some thousand small changes of each, the same ones every time.
//
//   <target>_replay_test file...            replay these too
//   <target>_replay_test --write_seeds dir  write the seeds, as a corpus for libFuzzer
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz_target.h"

namespace fleetca::fuzz {
namespace {

constexpr int kChangesPerSeed = 4000;

void Run(const std::string& input) {
  FLEETCA_FUZZ_REQUIRE(
      LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size()) == 0);
}

size_t Position(std::mt19937* random, const std::string& input) {
  return input.empty() ? 0 : (*random)() % input.size();
}

std::string Changed(std::string input, std::mt19937* random) {
  for (int changes = static_cast<int>((*random)() % 3); changes >= 0; --changes) {
    const size_t at = Position(random, input);
    switch ((*random)() % 6) {
      case 0:
        input.insert(at, 1, static_cast<char>((*random)()));
        break;
      case 1:
        input.erase(at, 1 + (*random)() % 4);
        break;
      case 2:
        input.insert(at, input.substr(Position(random, input), (*random)() % 16));
        break;
      case 3:
        input.replace(at, 4, input.substr(Position(random, input), 4));
        break;
      default:
        if (!input.empty()) {
          input[at] = static_cast<char>(input[at] ^ (1 << (*random)() % 8));
        }
    }
  }
  return input;
}

int WriteSeeds(const std::string& directory) {
  int number = 0;
  for (const std::string& seed : Seeds()) {
    std::ofstream file(directory + "/seed-" + std::to_string(number++), std::ios::binary);
    file << seed;
    FLEETCA_FUZZ_REQUIRE(file.good());
  }
  return 0;
}

int Replay(int count, char** files) {
  for (int i = 0; i < count; ++i) {
    std::ifstream file(files[i], std::ios::binary);
    FLEETCA_FUZZ_REQUIRE(file.good());
    std::printf("%s\n", files[i]);
    std::fflush(stdout);
    Run(std::string(std::istreambuf_iterator<char>(file), {}));
  }
  Run("");
  std::mt19937 random(20260101);
  const std::vector<std::string> seeds = Seeds();
  FLEETCA_FUZZ_REQUIRE(!seeds.empty());
  for (const std::string& seed : seeds) {
    Run(seed);
    for (int change = 0; change < kChangesPerSeed; ++change) {
      Run(Changed(seed, &random));
    }
  }
  return 0;
}

}  // namespace
}  // namespace fleetca::fuzz

int main(int argc, char** argv) {
  if (argc == 3 && std::strcmp(argv[1], "--write_seeds") == 0) {
    return fleetca::fuzz::WriteSeeds(argv[2]);
  }
  return fleetca::fuzz::Replay(argc - 1, argv + 1);
}
