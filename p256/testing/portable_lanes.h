// The verification of p256/lanes in plain integers: the same formulas, on every host, slowly.
#ifndef FLEETCA_P256_TESTING_PORTABLE_LANES_H_
#define FLEETCA_P256_TESTING_PORTABLE_LANES_H_

#include "absl/types/span.h"
#include "p256/lanes.h"

namespace fleetca::p256::testing {

// As Lanes::Verify, in blocks of eight lanes that share inversions four by four.
void VerifyPortably(absl::Span<const PublicSignature> signatures, absl::Span<bool> valid);

// Eight and sixteen such lanes, from which Lanes can be made on every host.
LanesUnit PortableUnit();

}  // namespace fleetca::p256::testing

#endif  // FLEETCA_P256_TESTING_PORTABLE_LANES_H_
