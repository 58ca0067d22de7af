// The unit that is compiled for AVX-512 IFMA: nothing else may be, and it may be called only where
// the processor has it (base/cpu_features.h).
#ifndef FLEETCA_P256_LANES_AVX512_H_
#define FLEETCA_P256_LANES_AVX512_H_

#include <cstddef>
#include <cstdint>

#include "p256/generator_table.h"
#include "p256/lane_numbers.h"

namespace fleetca::p256 {

// Memory to work in, aligned to 64 octets. Nothing in it is a secret.
constexpr size_t kWorkspaceBytes = 160 * 1024;

// Whether this program was compiled with the unit at all; the functions below do nothing elsewhere.
bool Avx512IsCompiledIn();

// One block of eight lanes, and 1 to kMostBlocks blocks of sixteen. `valid` has a bit for each lane
// whose signature is certainly valid, a mask for each block.
void VerifyEightLanes(const LaneNumbers<8>* numbers, const GeneratorTable& generator,
                      void* workspace, uint32_t* valid);
void VerifySixteenLanes(const LaneNumbers<16>* numbers, int blocks, const GeneratorTable& generator,
                        void* workspace, uint32_t* valid);

}  // namespace fleetca::p256

#endif  // FLEETCA_P256_LANES_AVX512_H_
