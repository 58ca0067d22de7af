// The numbers of signatures, laid out for vectors.
#ifndef FLEETCA_P256_LANE_NUMBERS_H_
#define FLEETCA_P256_LANE_NUMBERS_H_

#include <cstdint>

#include "p256/number.h"

namespace fleetca::p256 {

// Blocks that share inversions: what they need fits the second-level cache.
constexpr int kMostBlocks = 4;

// Digit i of lane l's number is [i][l]. A lane that is not usable holds numbers that are in range
// all the same.
template <int kLanes>
struct LaneNumbers {
  alignas(64) uint64_t r[kDigits][kLanes];  // from 1 to n - 1
  alignas(64) uint64_t s[kDigits][kLanes];  // from 1 to n - 1
  alignas(64) uint64_t z[kDigits][kLanes];  // below 2^256: the left 256 bits of the digest
  alignas(64) uint64_t x[kDigits][kLanes];  // below p
  alignas(64) uint64_t y[kDigits][kLanes];  // below p
  uint32_t usable;                          // lanes that hold a signature to judge
  uint32_t wraps;                           // lanes in which r + n is below p
};

}  // namespace fleetca::p256

#endif  // FLEETCA_P256_LANE_NUMBERS_H_
