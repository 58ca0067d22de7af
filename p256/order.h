// Integers modulo n, the order of P-256's group, and the odd digits of a scalar.
#ifndef FLEETCA_P256_ORDER_H_
#define FLEETCA_P256_ORDER_H_

#include <cstdint>

#include "p256/inverse.h"
#include "p256/number.h"
#include "p256/ring.h"

namespace fleetca::p256 {

struct OrderModulus {
  static constexpr const MontgomeryConstants& kConstants = kModuloN;

  // Makes digit 0 of t vanish modulo 2^52 by adding q n, and carries what is above; n has no form
  // that would help (Montgomery, Modular multiplication without trial division, 1985).
  template <typename W>
  static void Round(W* t) {
    const W q = W::MulLo(W::Zero(), t[0], W::Broadcast(kModuloN.negated_inverse));
#pragma GCC unroll 10
    for (int j = 0; j < kDigits; ++j) {
      const W digit = W::Broadcast(kModuloN.modulus.digits[j]);
      t[j] = W::MulLo(t[j], q, digit);
      t[j + 1] = W::MulHi(t[j + 1], q, digit);
    }
    t[1] = t[1] + ShiftRightSigned<kDigitBits>(t[0]);
  }

  static NumberDigits Inverse(const NumberDigits& a) { return InverseModuloN(a); }
};

template <typename W>
using ScalarRing = Ring<W, OrderModulus>;

// A scalar u that was made odd: it is u in the lanes where u was odd, and n - u elsewhere.
//
// For an odd u, the signed digits d_i = ((u >> w i) | 1) mod 2^(w+1) - 2^w sum up to u with the
// weights 2^(w i) (and a last digit (u >> w i) | 1): each is odd, so none is 0, and a table needs
// odd multiples only (Joye and Tunstall, Exponent recoding and regular exponentiation algorithms,
// 2009). Written in bits: the digit is positive where bit w (i + 1) of u is set, and (|d_i| - 1) /
// 2 is the w - 1 bits below that one, complemented where the digit is negative.
template <typename O>
struct OddScalar {
  using W = typename O::Word;
  using Mask = typename O::Mask;

  // u below n. u = 0 becomes n, and n times a point is 0 times it.
  static OddScalar Of(const typename O::Carried& u) {
    const Mask odd = W::EqualMask(u.d[0] & W::Broadcast(1), W::Broadcast(1));
    const typename O::Carried other =
        O::Normalize(typename O::Raw(O::Broadcast(kModuloN.modulus)) - u);
    return {O::Select(odd, u, other), ~odd};
  }

  // `width` bits of the scalar from bit `at`, at + width <= 260.
  W Bits(int at, int width) const {
    const int digit = at / kDigitBits;
    const int shift = at % kDigitBits;
    W bits = ShiftRight(value.d[digit], shift);
    if (shift + width > kDigitBits) {
      bits = bits | ShiftLeft(value.d[digit + 1], kDigitBits - shift);
    }
    return bits & W::Broadcast((uint64_t{1} << width) - 1);
  }

  // The signed odd digit of weight 2^at, in windows of `width` bits: which entry of the table of
  // odd multiples 1, 3, 5, ... its magnitude is, and where it is negative.
  struct Digit {
    W entry;
    Mask negative;
  };
  Digit DigitAt(int at, int width) const {
    const W ones = W::Broadcast((uint64_t{1} << (width - 1)) - 1);
    const W sign = W::Broadcast(uint64_t{1} << (width - 1));
    const W bits = Bits(at + 1, width);
    const Mask negative = ~W::EqualMask(bits & sign, sign);
    return {W::Select(negative, ones - (bits & ones), bits & ones), negative};
  }
  // The last digit, which is never negative.
  W LastEntryAt(int at, int width) const { return Bits(at + 1, width - 1); }

  typename O::Carried value;
  Mask flipped;  // the lanes in which the scalar was replaced by n - u
};

}  // namespace fleetca::p256

#endif  // FLEETCA_P256_ORDER_H_
