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
// No shorter way is known to tell a prime than to raise a number to its power, which takes one to
// three milliseconds for 2048 bits: many times what all else for a certificate takes. So each
// thread remembers what it found, of the last few thousand moduli: one that comes again, as most do
// in a renewal, costs less than a microsecond.
RsaModulusFlaw FindRsaFactorFlaw(absl::string_view modulus);

// Forgets what this thread found.
void ForgetRsaFactorsForTesting();

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_RSA_FACTORS_H_
