// What a fuzz target is: an entry point for untrusted bytes, an invariant, and seeds.
#ifndef FLEETCA_TESTS_FUZZ_FUZZ_TARGET_H_
#define FLEETCA_TESTS_FUZZ_FUZZ_TARGET_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

// libFuzzer's entry point. Aborts when the invariant does not hold.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace fleetca::fuzz {

// Inputs to start from, some good and some nearly so. Each target defines it.
std::vector<std::string> Seeds();

}  // namespace fleetca::fuzz

#define FLEETCA_FUZZ_REQUIRE(condition)                                                      \
  do {                                                                                       \
    if (!(condition)) {                                                                      \
      std::fprintf(stderr, "%s:%d: invariant broken: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                          \
    }                                                                                        \
  } while (false)

#endif  // FLEETCA_TESTS_FUZZ_FUZZ_TARGET_H_
