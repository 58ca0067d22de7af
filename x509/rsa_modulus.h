// Finding RSA moduli whose factors an attacker finds too.
#ifndef FLEETCA_X509_RSA_MODULUS_H_
#define FLEETCA_X509_RSA_MODULUS_H_

#include "absl/strings/string_view.h"

namespace fleetca::x509 {

enum class RsaModulusFlaw {
  kNone,
  // Divisible by a prime below 752, or by one below 2^20 (rsa_factors.h).
  kSmallFactor,
  // Has the fingerprint of the Infineon library's primes (ROCA, CVE-2017-15361). One sound modulus
  // in 100 million has it too.
  kRoca,
  // Two primes so close that Fermat's method finds them within 100 steps (CVE-2022-26320).
  kCloseFactors,
  // No product at all (rsa_factors.h): who knows the modulus knows the private key.
  kPrime,
  // OpenSSL ran out of memory.
  kNotChecked,
};

// `modulus` is a big-endian magnitude without a leading zero octet, of at least two octets. Takes
// microseconds, and well under a millisecond for 8192 bits. Thread-safe.
RsaModulusFlaw FindRsaModulusFlaw(absl::string_view modulus);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_RSA_MODULUS_H_
