// ECDSA verification (FIPS 186-5 section 6.4.2) in all lanes of some blocks of lanes at once.
//
// The instructions are the same whatever the numbers are: there is no branch on them, but masks
// that say at the end for which lanes the answer counts. bounds_test relies on that: a branch on a
// mask does not compile there.
#ifndef FLEETCA_P256_VERIFICATION_H_
#define FLEETCA_P256_VERIFICATION_H_

#include <cstdint>

#include "p256/generator_table.h"
#include "p256/lane_numbers.h"
#include "p256/number.h"
#include "p256/odd_multiples.h"
#include "p256/offsets.h"
#include "p256/order.h"
#include "p256/point.h"
#include "p256/shared_inverse.h"

namespace fleetca::p256 {

// What is kept of a block between the steps. A has a Field and a ScalarRing over the same words.
template <typename A>
struct Block {
  OddMultiples<typename A::Field> multiples;
  OddScalar<typename A::ScalarRing> u1;  // of the generator
  OddScalar<typename A::ScalarRing> u2;  // of the key
  Affine<typename A::Field> key;
  typename A::Field::Mask
      candidates;  // lanes whose numbers are in range and whose key is on the curve
};

// The lanes in which (x, y) is on the curve: y^2 = x (x^2 - 3) + b.
template <typename F>
typename F::Mask IsOnCurve(const Affine<F>& point) {
  const typename F::Carried minus_three = F::Broadcast(kMontgomeryMinusThree);
  const typename F::Multiplicand factor = F::Carry(F::Sqr(point.x) + minus_three);
  const typename F::Carried b = F::Broadcast(kMontgomeryB);
  return F::IsZero(F::MulAdd(point.x, factor, b + F::template Multiple<offsets::kOnCurve>()) -
                   F::Sqr(point.y));
}

// Reads the key. A lane whose key is not on the curve gets G instead: its verdict is discarded, and
// it must not put a 0 into the inversion that all lanes share.
template <typename A, int kLanes>
void ReadKey(const LaneNumbers<kLanes>& numbers, Block<A>* block) {
  using F = typename A::Field;
  const typename F::Carried r_squared = F::Broadcast(kModuloP.r_squared);
  const Affine<F> key = {F::Normalize(F::Mul(F::Load(numbers.x), r_squared)),
                         F::Normalize(F::Mul(F::Load(numbers.y), r_squared))};
  block->candidates = numbers.usable & IsOnCurve<F>(key);
  constexpr NumberDigits kX = DigitsOf(TimesPowerOfTwo(kGeneratorX, kMontgomeryBits, kFieldPrime));
  constexpr NumberDigits kY = DigitsOf(TimesPowerOfTwo(kGeneratorY, kMontgomeryBits, kFieldPrime));
  block->key = {F::Select(block->candidates, key.x, F::Broadcast(kX)),
                F::Select(block->candidates, key.y, F::Broadcast(kY))};
}

// u1 = z / s and u2 = r / s, made odd; where u2 was negated for that, so is the key.
template <typename A, int kLanes>
void ReadScalars(const LaneNumbers<kLanes>& numbers,
                 const typename A::ScalarRing::Carried& s_inverse, Block<A>* block) {
  using F = typename A::Field;
  using O = typename A::ScalarRing;
  block->u1 = OddScalar<O>::Of(O::Reduce(O::Mul(O::Load(numbers.z), s_inverse)));
  block->u2 = OddScalar<O>::Of(O::Reduce(O::Mul(O::Load(numbers.r), s_inverse)));
  const typename F::Carried negated =
      F::Normalize(F::template Multiple<offsets::kNegateY>() - block->key.y);
  block->key.y = F::Select(block->u2.flipped, negated, block->key.y);
}

// u1 G + u2 Q. Both share the 255 doublings (Straus). The key's last digit, of weight 2^255, is
// always 1: the ladder begins there.
template <typename A>
Jacobian<typename A::Field> LinearCombination(const Block<A>& block,
                                              const GeneratorTable& generator) {
  using F = typename A::Field;
  using Digit = typename OddScalar<typename A::ScalarRing>::Digit;
  constexpr int kTop = 255;
  static_assert(kTop % kPointWindow == 0 && kGeneratorWindow % kPointWindow == 0);
  constexpr int kGeneratorTop = kTop / kGeneratorWindow * kGeneratorWindow;
  // No window reads over the fifth digit.
  static_assert(kTop < kMontgomeryBits && kGeneratorTop + kGeneratorWindow <= kMontgomeryBits);
  Jacobian<F> sum = {F::Load(block.multiples.x[0]), F::Load(block.multiples.y[0]),
                     F::Broadcast(kModuloP.one)};
  for (int at = kTop - kPointWindow; at >= 0; at -= kPointWindow) {
    // What memory gives is asked for before the doublings, which hide how long that takes.
    const Digit of_key = block.u2.DigitAt(at, kPointWindow);
    const Affine<F> multiple = {F::LookUp(block.multiples.x, of_key.entry),
                                F::LookUp(block.multiples.y, of_key.entry)};
    for (int i = 0; i < kPointWindow; ++i) {
      Double<F>(&sum);
    }
    Add<F>(&sum, multiple, of_key.negative);
    if (at % kGeneratorWindow == 0) {
      const Digit of_generator = at == kGeneratorTop
                                     ? Digit{block.u1.LastEntryAt(at, kGeneratorWindow), 0}
                                     : block.u1.DigitAt(at, kGeneratorWindow);
      Add<F>(
          &sum,
          {F::LookUp(generator.x, of_generator.entry), F::LookUp(generator.y, of_generator.entry)},
          of_generator.negative ^ block.u1.flipped);
    }
  }
  return sum;
}

// The lanes in which the sum is a point P with x(P) mod n = r, so x(P) is r, or r + n where that is
// below p: X = r Z^2 or X = (r + n) Z^2, without an inversion. Z = 0 says that the sum is infinity,
// or that an addition met a case that it cannot compute: no yes.
template <typename F, int kLanes>
typename F::Mask HasCoordinate(const Jacobian<F>& sum, const LaneNumbers<kLanes>& numbers) {
  using Raw = typename F::Raw;
  using Multiplicand = typename F::Multiplicand;
  const Multiplicand zz = F::Carry(F::Sqr(F::Carry(sum.z)));
  const Multiplicand r = F::Carry(F::Mul(F::Load(numbers.r), F::Broadcast(kModuloP.r_squared)));
  const Raw difference = sum.x - F::Mul(r, zz) + F::template Multiple<offsets::kEnd>();
  const Raw difference_n =
      difference - F::Mul(F::Broadcast(kMontgomeryN), zz) + F::template Multiple<offsets::kEndN>();
  return ~F::IsZero(sum.z) & (F::IsZero(difference) | (numbers.wraps & F::IsZero(difference_n)));
}

// Says for each of `count` blocks, from 1 to kMostBlocks, in which lanes the signature is certainly
// valid. The blocks share one inversion modulo n and one modulo p. `blocks` is memory to work in.
template <typename A, int kLanes>
void VerifyBlocks(const LaneNumbers<kLanes>* numbers, int count, const GeneratorTable& generator,
                  Block<A>* blocks, typename A::Field::Mask* valid) {
  using F = typename A::Field;
  using O = typename A::ScalarRing;
  typename O::Carried s_inverses[kMostBlocks];
  for (int i = 0; i < count; ++i) {
    ReadKey<A>(numbers[i], &blocks[i]);
    s_inverses[i] = O::Normalize(O::Mul(O::Load(numbers[i].s), O::Broadcast(kModuloN.r_squared)));
  }
  InvertAll<O, kMostBlocks>(s_inverses, count);
  typename F::Carried z_inverses[kMostBlocks];
  for (int i = 0; i < count; ++i) {
    ReadScalars<A>(numbers[i], s_inverses[i], &blocks[i]);
    z_inverses[i] = StartOddMultiples<F>(blocks[i].key, &blocks[i].multiples);
  }
  InvertAll<F, kMostBlocks>(z_inverses, count);
  for (int i = 0; i < count; ++i) {
    FinishOddMultiples<F>(z_inverses[i], &blocks[i].multiples);
    valid[i] = blocks[i].candidates &
               HasCoordinate<F>(LinearCombination<A>(blocks[i], generator), numbers[i]);
  }
}

}  // namespace fleetca::p256

#endif  // FLEETCA_P256_VERIFICATION_H_
