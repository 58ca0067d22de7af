// Odd multiples of P-256's generator, which all verifications share.
#ifndef FLEETCA_P256_GENERATOR_TABLE_H_
#define FLEETCA_P256_GENERATOR_TABLE_H_

#include "p256/number.h"

namespace fleetca::p256 {

// Wider windows need fewer additions and more of the cache: 10 bits are 40 KiB and 26 additions; 13
// bits would be 320 KiB for 1.5 % of speed.
constexpr int kGeneratorWindow = 10;
constexpr int kGeneratorMultiples = 1 << (kGeneratorWindow - 1);

// Entry i is (2i + 1) G in affine coordinates, in Montgomery's form.
struct GeneratorTable {
  NumberDigits x[kGeneratorMultiples];
  NumberDigits y[kGeneratorMultiples];
};

// Computed by OpenSSL, in some milliseconds, when first asked for. Null where OpenSSL fails.
// Thread-safe; lives for ever.
const GeneratorTable* TheGeneratorTable();

}  // namespace fleetca::p256

#endif  // FLEETCA_P256_GENERATOR_TABLE_H_
