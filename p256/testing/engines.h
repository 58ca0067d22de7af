// The two ways in which tests verify: in the vectors, where the processor has them, and in plain
// integers everywhere.
#ifndef FLEETCA_P256_TESTING_ENGINES_H_
#define FLEETCA_P256_TESTING_ENGINES_H_

#include <string>
#include <vector>

#include "p256/lanes.h"

namespace fleetca::p256::testing {

enum class Engine { kPortable, kAvx512 };

// "portable", "avx512".
std::string NameOf(Engine engine);

// The vectors; null where the processor has none, or where they fail.
const Lanes* TheLanes();

// What the engine says of each; TheLanes is not null for the vectors.
std::vector<bool> VerifyBy(Engine engine, const std::vector<PublicSignature>& signatures);

}  // namespace fleetca::p256::testing

#endif  // FLEETCA_P256_TESTING_ENGINES_H_
