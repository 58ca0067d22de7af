// The dear questions about an RSA modulus: is it a prime, and has it a factor of 20 bits.
#ifndef FLEETCA_X509_RSA_FACTORS_H_
#define FLEETCA_X509_RSA_FACTORS_H_

#include "absl/strings/string_view.h"
#include "x509/rsa_modulus.h"

namespace fleetca::x509 {

// Longer moduli are not asked: the answer takes a time that grows with the cube of their length.
inline constexpr int kMaxFactoredRsaBits = 4096;

// Whether `modulus`, an odd big-endian magnitude of at least 2048 bits without a leading zero
// octet, is a prime (kPrime), or has a prime factor below 2^20 (kSmallFactor). It takes 1 to 3 ms
// for 2048 bits, and some microseconds for one that was found sound before: each thread remembers
// the last few thousand. Thread-safe.
RsaModulusFlaw FindRsaFactorFlaw(absl::string_view modulus);

// Forgets which moduli were sound, so that a test can measure.
void ForgetSoundRsaModuliForTesting();

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_RSA_FACTORS_H_
