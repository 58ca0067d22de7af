// Doubling and adding points of P-256: y^2 = x^3 - 3x + b.
//
// Jacobian coordinates: (X, Y, Z) is the point (X / Z^2, Y / Z^3), and Z = 0 is infinity. All are
// in Montgomery's form and bounded, but not reduced (offsets.h).
//
// The addition is not complete. For equal or opposite points, or infinity, it makes Z' = 0 modulo
// p, and both formulas keep Z = 0. One test of Z at the end therefore finds every exceptional
// addition. Doubling has no exceptional case: the order is odd.
#ifndef FLEETCA_P256_POINT_H_
#define FLEETCA_P256_POINT_H_

#include "p256/offsets.h"
#include "p256/ring.h"

namespace fleetca::p256 {

template <typename F>
struct Affine {
  typename F::Carried x;
  typename F::Carried y;
};

template <typename F>
struct Jacobian {
  typename F::Carried x;
  typename F::Raw y;
  typename F::Raw z;
};

// 2 P: 3M + 3S + 1MM (a product of two products, with one reduction).
//
// dbl-2001-b of the Explicit-Formulas Database (Bernstein), with gamma = Y^2, beta = X gamma:
//   X' = alpha^2 - 8 beta, Y' = alpha (4 beta - X') - 8 gamma^2, Z' = 2 Y Z,
//   alpha = 3 (X - Z^2) (X + Z^2)
// written with g = 2 gamma, so that b = 2 X g = 4 beta and 8 gamma^2 = 2 g^2.
template <typename F>
[[gnu::noinline]] void Double(Jacobian<F>* point) {
  using Raw = typename F::Raw;
  using Multiplicand = typename F::Multiplicand;
  using Carried = typename F::Carried;
  const Carried x = point->x;
  const Multiplicand y = F::Carry(point->y);
  const Multiplicand z = F::Carry(point->z);
  const Raw delta = F::Sqr(z);
  const Carried g = F::Fold(Twice(F::Sqr(y)));
  const Multiplicand minus_2g = F::Carry(F::template Multiple<offsets::kDoubleN>() - Twice(g));
  const Multiplicand sum = F::Carry(x + delta);
  const Multiplicand difference = F::Carry(x - delta + F::template Multiple<offsets::kDoubleD>());
  const Raw z2 = Twice(F::Mul(y, z));
  const Multiplicand alpha = F::Carry(Thrice(F::Mul(sum, difference)));
  const Raw b = Twice(F::MulAdd(x, g, F::template Multiple<offsets::kDoubleB>()));
  const Carried x2 =
      F::Fold(SqrAdd<F>(alpha, F::template Multiple<offsets::kDoubleX>() - Twice(b)));
  const Multiplicand slope = F::Carry(b - x2);
  point->x = x2;
  point->y = F::MulMul(alpha, slope, minus_2g, g);
  point->z = z2;
}

// P + Q, or P - Q in the lanes of the mask, for an affine Q: 6M + 3S + 1MM.
//
// madd of the Explicit-Formulas Database (Cohen, Miyaji and Ono 1998) with H = x2 Z^2 - X and
// E = y2 Z^3 - Y:
//   X' = E^2 - H^3 - 2 X H^2, Y' = E (X H^2 - X') - Y H^3, Z' = Z H
template <typename F>
[[gnu::noinline]] void Add(Jacobian<F>* point, const Affine<F>& other, typename F::Mask subtract) {
  using Raw = typename F::Raw;
  using Multiplicand = typename F::Multiplicand;
  using Carried = typename F::Carried;
  const Carried x = point->x;
  const Multiplicand y = F::Carry(point->y);
  const Multiplicand z = F::Carry(point->z);
  const Multiplicand zz = F::Carry(F::Sqr(z));
  const Multiplicand h =
      F::Carry(F::MulAdd(other.x, zz, F::template Multiple<offsets::kAddH>() - x));
  const Multiplicand zzz = F::Carry(F::Mul(z, zz));
  const Raw z3 = F::Mul(z, h);
  const Multiplicand e = F::Carry(F::SubtractWhere(
      subtract, F::template Multiple<offsets::kAddE>() - point->y, F::Mul(other.y, zzz)));
  const Multiplicand hh = F::Carry(F::Sqr(h));
  const Raw minus_hhh = F::template Multiple<offsets::kAddNh>() - F::Mul(h, hh);
  const Raw v = F::MulAdd(x, hh, F::template Multiple<offsets::kAddV>());
  const Carried x3 =
      F::Fold(SqrAdd<F>(e, minus_hhh + F::template Multiple<offsets::kAddX>() - Twice(v)));
  const Multiplicand slope = F::Carry(v - x3);
  point->x = x3;
  point->y = F::MulMul(e, slope, y, F::Carry(minus_hhh));
  point->z = z3;
}

}  // namespace fleetca::p256

#endif  // FLEETCA_P256_POINT_H_
