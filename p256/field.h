// The field of P-256: integers modulo p = 2^256 - 2^224 + 2^192 + 2^96 - 1.
#ifndef FLEETCA_P256_FIELD_H_
#define FLEETCA_P256_FIELD_H_

#include <cstdint>

#include "p256/inverse.h"
#include "p256/number.h"
#include "p256/ring.h"

namespace fleetca::p256 {

struct FieldModulus {
  static constexpr const MontgomeryConstants& kConstants = kModuloP;

  // Makes digit 0 of t vanish modulo 2^52 by adding q p, and drops it; t has six digits. As
  // -p^-1 = 1 modulo 2^52, q is digit 0 itself, of which IFMA reads the low 52 bits. And
  //   q p = q (p + 1) - q,   p + 1 = 2^96 + 2^192 + (2^256 - 2^224)
  // where - q leaves of digit 0 what is above its 52 bits, and the powers lie in digit 1 (2^44),
  // digit 3 (2^36) and digit 4 (2^48 - 2^16).
  template <typename W>
  static void Round(W* t) {
    const W power_96 = W::Broadcast(uint64_t{1} << 44);
    const W power_192 = W::Broadcast(uint64_t{1} << 36);
    const W powers_256_224 = W::Broadcast((uint64_t{1} << 48) - (uint64_t{1} << 16));
    const W q = t[0];
    t[1] = W::MulLo(t[1], q, power_96) + ShiftRightSigned<kDigitBits>(q);
    t[2] = W::MulHi(t[2], q, power_96);
    t[3] = W::MulLo(t[3], q, power_192);
    t[4] = W::MulLo(W::MulHi(t[4], q, power_192), q, powers_256_224);
    t[5] = W::MulHi(t[5], q, powers_256_224);
  }

  static NumberDigits Inverse(const NumberDigits& a) { return InverseModuloP(a); }
};

template <typename W>
class Field : public Ring<W, FieldModulus> {
 public:
  using Base = Ring<W, FieldModulus>;
  using typename Base::Carried;
  using typename Base::Mask;
  using typename Base::Raw;

  // The same number modulo p, below 2^256 + 2^229; 0 <= a < 2^260, digits 0 to 3 below 2^61.
  //
  // h is what the top digit has above 2^256. The other digits add or take 2^218 at the most, so
  // -1 <= h <= 16 and a - h 2^256 lies within 2^218 of 0 .. 2^256. Then
  //   h c,   c = 2^224 - 2^192 - 2^96 + 1 = 2^256 - p
  // is added, which is the same modulo p. Where h > 0, h c >= 2^223 covers the at most 2^218 that
  // a - h 2^256 may lack. Where h = -1, a is below 2^218 and a + p results. As 16 c < 2^228, the
  // result is below 2^256 + 2^229.
  static Carried Fold(const Raw& a) {
    const W h = ShiftRightSigned<48>(a.d[4]);
    return Base::Normalize(
        {{a.d[0] + h, a.d[1] - ShiftLeft<44>(h), a.d[2], a.d[3] - ShiftLeft<36>(h),
          a.d[4] + (ShiftLeft<16>(h) - ShiftLeft<48>(h))}});
  }

  // The lanes in which a is 0 modulo p; 0 <= a < 2^260. Below 2^256 + 2^229 there are two such
  // numbers, 0 and p.
  static Mask IsZero(const Raw& a) {
    const Carried folded = Fold(a);
    constexpr NumberDigits kZero = {};
    return Base::EqualMask(folded, Base::Broadcast(kZero)) |
           Base::EqualMask(folded, Base::Broadcast(kModuloP.modulus));
  }
};

}  // namespace fleetca::p256

#endif  // FLEETCA_P256_FIELD_H_
