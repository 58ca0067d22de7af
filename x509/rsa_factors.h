// The dear questions about an RSA modulus: is it a prime, and has it a factor of up to 20 bits.
#ifndef FLEETCA_X509_RSA_FACTORS_H_
#define FLEETCA_X509_RSA_FACTORS_H_

#include "absl/strings/string_view.h"
#include "x509/rsa_modulus.h"

namespace fleetca::x509 {

// Longer moduli are not asked: the answer takes a time that grows with the cube of their length.
inline constexpr int kMaxFactoredRsaBits = 4096;

// Whether `modulus`, an odd big-endian magnitude of at least 2048 bits without a leading zero
// octet, is a prime (kPrime), or has a prime factor below 2^20 (kSmallFactor). Thread-safe.
//
// No shorter way is known to tell a prime than to raise a number to its power, which takes three
// milliseconds for 2048 bits: thirty times what all else for a certificate takes. Such keys harm
// their holders alone, and come from generators that are broken, which make many. So this is a spot
// check on a budget: the process can afford 128 of 2048 bits when it starts, and earns two
// microseconds with every modulus that it is asked about. What it cannot afford it takes for sound
// (kNone). What was found is remembered, of the last few thousand moduli, and costs less than a
// microsecond.
RsaModulusFlaw FindRsaFactorFlaw(absl::string_view modulus);

// Forgets what was found, and can afford as many checks as at the start.
void ResetRsaFactorsForTesting();

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_RSA_FACTORS_H_
