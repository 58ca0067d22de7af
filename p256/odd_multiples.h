// The odd multiples of a point, 1 Q, 3 Q, ... 31 Q, in affine coordinates: each lane's own.
//
// Co-Z arithmetic (Meloni, New point addition formulae for ECC applications, 2007; Goundar, Joye
// and others, Scalar multiplication on Weierstrass elliptic curves from co-Z arithmetic, 2011):
// two points with the same Z are added without knowing it. 2 Q is added to 1 Q, 3 Q, ... and is
// brought to the new Z each time, which is the old one times d = X(2Q) - X(kQ). So only the last Z
// is inverted, together with those of all other lanes, and the d lead back from it.
//
// None of the d is 0 modulo p: Q has the prime order n, so k Q = +-2 Q for no k from 1 to 29.
#ifndef FLEETCA_P256_ODD_MULTIPLES_H_
#define FLEETCA_P256_ODD_MULTIPLES_H_

#include "p256/offsets.h"
#include "p256/point.h"
#include "p256/ring.h"

namespace fleetca::p256 {

constexpr int kPointWindow = 5;
constexpr int kOddMultiples = 1 << (kPointWindow - 1);

// As it lies in memory. Until Finish() entry i is (X, Y) of (2i + 1) Q with a Z of its own.
template <typename F>
struct OddMultiples {
  typename F::Stored x[kOddMultiples];
  typename F::Stored y[kOddMultiples];
  typename F::Stored d[kOddMultiples];  // Z of entry i is d[i] times the Z of entry i - 1
};

// 2 Q and Q with the same Z = 2 y, for Z = 1 (DBLU of Goundar and others).
//   m = 3 x^2 - 3, s = 4 x y^2, X(2Q) = m^2 - 2 s, Y(2Q) = m (s - X(2Q)) - 8 y^4
//   and Q = (s, 8 y^4, 2 y)
template <typename F>
[[gnu::noinline]] Affine<F> FirstDoubling(Affine<F>* q) {
  using Raw = typename F::Raw;
  using Multiplicand = typename F::Multiplicand;
  using Carried = typename F::Carried;
  const Multiplicand yy = F::Carry(F::Sqr(q->y));
  const Carried three = F::Broadcast(kMontgomeryMinusThree);
  const Multiplicand m = F::Carry(Thrice(F::Sqr(q->x)) + three);
  const Carried s = F::Normalize(Twice(Twice(F::Mul(q->x, yy))));
  const Raw y4_twice = Twice(F::Sqr(yy));
  const Carried y4_8 = F::Normalize(Twice(Twice(y4_twice)));
  const Carried x2 = F::Fold(SqrAdd<F>(m, F::template Multiple<offsets::kTwiceX>() - Twice(s)));
  const Multiplicand slope = F::Carry(s - x2 + F::template Multiple<offsets::kTwiceSlope>());
  const Carried y2 = F::Fold(F::MulAdd(m, slope, F::template Multiple<offsets::kTwiceY>() - y4_8));
  *q = {F::Fold(s), F::Fold(y4_8)};
  return {x2, y2};
}

// (k + 2) Q from 2 Q and k Q, and 2 Q with the Z of the result (ZADDU). Returns d.
//   d = X1 - X2, e = Y1 - Y2, W1 = X1 d^2, W2 = X2 d^2, A1 = Y1 (W1 - W2)
//   X3 = e^2 - W1 - W2, Y3 = e (W1 - X3) - A1, and 2 Q = (W1, A1)
template <typename F>
[[gnu::noinline]] typename F::Carried NextOddMultiple(Affine<F>* twice, Affine<F>* multiple) {
  using Multiplicand = typename F::Multiplicand;
  using Carried = typename F::Carried;
  const Carried d = F::Normalize(twice->x - multiple->x + F::template Multiple<offsets::kStepD>());
  const Multiplicand e = F::Carry(twice->y - multiple->y + F::template Multiple<offsets::kStepE>());
  const Multiplicand dd = F::Carry(F::Sqr(d));
  const Carried w1 = F::Fold(F::Mul(twice->x, dd));
  const Carried w2 = F::Fold(F::Mul(multiple->x, dd));
  const Carried x3 = F::Fold(SqrAdd<F>(e, F::template Multiple<offsets::kStepX>() - w1 - w2));
  const Multiplicand w = F::Carry(w1 - w2 + F::template Multiple<offsets::kStepW>());
  const Carried a1 = F::Fold(F::Mul(twice->y, w));
  const Multiplicand slope = F::Carry(w1 - x3 + F::template Multiple<offsets::kStepSlope>());
  const Carried y3 = F::Fold(F::MulAdd(e, slope, F::template Multiple<offsets::kStepY>() - a1));
  *twice = {w1, a1};
  *multiple = {x3, y3};
  return d;
}

// Fills the table but for the division by Z; returns the Z of the last entry.
template <typename F>
typename F::Carried StartOddMultiples(const Affine<F>& q, OddMultiples<F>* table) {
  using Carried = typename F::Carried;
  Affine<F> multiple = q;
  Affine<F> twice = FirstDoubling<F>(&multiple);
  Carried z = F::Normalize(Twice(q.y));
  F::Store(multiple.x, &table->x[0]);
  F::Store(multiple.y, &table->y[0]);
  for (int i = 1; i < kOddMultiples; ++i) {
    const Carried d = NextOddMultiple<F>(&twice, &multiple);
    z = F::Normalize(F::Mul(z, d));
    F::Store(multiple.x, &table->x[i]);
    F::Store(multiple.y, &table->y[i]);
    F::Store(d, &table->d[i]);
  }
  return z;
}

// Makes the entries affine, given the inverse of what StartOddMultiples returned.
template <typename F>
void FinishOddMultiples(const typename F::Carried& z_inverse, OddMultiples<F>* table) {
  using Multiplicand = typename F::Multiplicand;
  Multiplicand inverse = z_inverse;
  for (int i = kOddMultiples - 1; i >= 0; --i) {
    const Multiplicand squared = F::Carry(F::Sqr(inverse));
    const Multiplicand cubed = F::Carry(F::Mul(squared, inverse));
    F::Store(F::Normalize(F::Mul(F::Load(table->x[i]), squared)), &table->x[i]);
    F::Store(F::Normalize(F::Mul(F::Load(table->y[i]), cubed)), &table->y[i]);
    if (i > 0) {
      inverse = F::Carry(F::Mul(inverse, F::Load(table->d[i])));
    }
  }
}

}  // namespace fleetca::p256

#endif  // FLEETCA_P256_ODD_MULTIPLES_H_
