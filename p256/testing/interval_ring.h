// Arithmetic on bounds, with the interface of Ring and Field: the formulas of this folder, run on
// it, say how large and how small each of their numbers can be.
//
// A number has bounds as a whole, exact, and bounds of each digit. The digits' are computed by the
// very code of ring.h, over IntervalWord. Of the whole number three lemmas say what digits cannot:
//   Mul     (a b + q m) / R with 0 <= q < R lies between a b / R and a b / R + m.
//   Carry   digits 0 to 3 lie between 0 and 2^52 afterwards, so the fifth is the number over 2^208:
//           it fits 52 bits if and only if 0 <= number < 2^260.
//   Fold    field.h; the result is from 0 to 2^256 + 2^229 where 0 <= number < 2^260 and the four
//           lower digits are below 2^61.
// Whatever breaks what a lemma requires is noted with the line of the formula (bounds_report.h).
//
// What is run is the text of point.h, odd_multiples.h, shared_inverse.h, verification.h, of the
// sums at the end of ring.h, of OddScalar, and of the digits' products, carries and Fold. What is
// *not* followed, and is the other tests' to see:
//   - inverse.cc: what it answers is taken to be below m (inverse_test);
//   - the indices of tables, and the entries of the generator's, which are taken to be below p
//     (point_test); an entry of a lane's own table may be any of them;
//   - the inside of Reduce, which is taken to answer a number below m, and which of the numbers
//   that
//     are left IsZero takes for 0: both must be 0 and p (ring_test);
//   - which side a Select takes: both are possible;
//   - what the intrinsics of the vectors compute (lanes_test).
#ifndef FLEETCA_P256_TESTING_INTERVAL_RING_H_
#define FLEETCA_P256_TESTING_INTERVAL_RING_H_

#include <algorithm>
#include <cstdint>
#include <source_location>

#include "p256/field.h"
#include "p256/number.h"
#include "p256/order.h"
#include "p256/ring.h"
#include "p256/testing/bounds_report.h"
#include "p256/testing/integer.h"
#include "p256/testing/interval_word.h"

namespace fleetca::p256::testing {

template <typename M>
class IntervalRing {
 public:
  using Word = IntervalWord;
  using Mask = IntervalMask;
  using Digits = Ring<IntervalWord, M>;
  using Place = std::source_location;

  struct Raw : Digits::Raw {
    Bounds number;
  };
  struct Multiplicand : Digits::Multiplicand {
    Bounds number;
  };
  struct Carried : Digits::Carried {
    Bounds number;
    operator Raw() const { return {typename Digits::Raw(*this), number}; }
    operator Multiplicand() const { return {typename Digits::Multiplicand(*this), number}; }
  };
  struct Stored {
    Carried carried;
  };

  friend Raw operator+(const Raw& a, const Raw& b) { return {Plus(a, b), a.number + b.number}; }
  friend Raw operator-(const Raw& a, const Raw& b) { return {Minus(a, b), a.number - b.number}; }

  static Carried Broadcast(const NumberDigits& n) {
    return {Digits::Broadcast(n), {Integer::Of(n), Integer::Of(n)}};
  }
  template <int k>
  static Raw Multiple(Place place = Place::current()) {
    const bool is_weakened = BoundsReport::Global().NoteOffset(place);
    const Integer multiple = Integer(is_weakened ? k - 1 : k) * Modulus();
    return {is_weakened ? Digits::template Multiple<k - 1>() : Digits::template Multiple<k>(),
            {multiple, multiple}};
  }

  static Raw Mul(const Multiplicand& a, const Multiplicand& b) {
    return {Digits::Mul(a, b), Reduced(Product(a, b))};
  }
  static Raw Sqr(const Multiplicand& a) { return {Digits::Sqr(a), Reduced(Product(a, a))}; }
  static Raw MulAdd(const Multiplicand& a, const Multiplicand& b, const Raw& addend) {
    return {Digits::MulAdd(a, b, addend), Reduced(Product(a, b)) + addend.number};
  }
  static Raw MulMul(const Multiplicand& a, const Multiplicand& b, const Multiplicand& c,
                    const Multiplicand& d) {
    return {Digits::MulMul(a, b, c, d), Reduced(Product(a, b) + Product(c, d))};
  }

  static Multiplicand Carry(const Raw& a, Place place = Place::current()) {
    Require(a, Integer::PowerOfTwo(kMontgomeryBits), place);
    return {Digits::Carry(a), a.number};
  }
  static Carried Normalize(const Raw& a, Place place = Place::current()) {
    Require(a, Integer::PowerOfTwo(kMontgomeryBits), place);
    Carried carried = {Digits::Normalize(a), a.number};
    SetLastDigit(&carried);
    return carried;
  }
  static Carried Reduce(const Raw& a, Place place = Place::current()) {
    Require(a, Integer(2) * Modulus(), place);
    Carried carried = {Digits::Normalize(a), {0, Modulus() - 1}};
    SetLastDigit(&carried);
    return carried;
  }

  static Carried Select(Mask, const Carried& a, const Carried& b) {
    return {Digits::Select(Mask(), a, b), Bounds::Union(a.number, b.number)};
  }
  static Raw SubtractWhere(Mask, const Raw& sum, const Raw& product) {
    return {Digits::SubtractWhere(Mask(), sum, product),
            Bounds::Union(sum.number - product.number, sum.number + product.number)};
  }
  template <int k>
  static Carried Rotate(const Carried& a) {
    return a;
  }
  static Carried InverseOfEqualLanes(const Carried&) {
    return Normalize(Mul(Below(Modulus()), Broadcast(M::kConstants.r_cubed)));
  }

  // Whatever is in memory, it is below 2^256.
  static Carried Load(const uint64_t (*)[IntervalWord::kLanes]) {
    return Below(Integer::PowerOfTwo(256));
  }
  static Carried Load(const Stored& stored) { return stored.carried; }
  static void Store(const Carried& a, Stored* stored) { stored->carried = a; }
  template <int kEntries>
  static Carried LookUp(const Stored (&table)[kEntries], const IntervalWord&) {
    Carried any = table[0].carried;
    for (const Stored& stored : table) {
      any = Select(Mask(), any, stored.carried);
    }
    return any;
  }
  template <int kEntries>
  static Carried LookUp(const NumberDigits (&)[kEntries], const IntervalWord&) {
    return Below(Modulus());
  }

  static Integer Modulus() { return Integer::Of(M::kConstants.modulus); }

 protected:
  static void Require(const Raw& a, const Integer& limit, Place place) {
    BoundsReport::Global().Require(a.number, limit, Modulus(), place);
  }
  // Of a number whose digits are carried.
  static void SetLastDigit(Carried* carried) {
    carried->d[kDigits - 1] = {
        0, static_cast<int64_t>(
               BN_get_word(carried->number.high.ShiftedRight(kDigitBits * (kDigits - 1)).get()))};
  }
  static Carried Below(const Integer& limit) {
    Carried any;
    for (IntervalWord& digit : any.d) {
      digit = {0, static_cast<int64_t>(kDigitMask)};
    }
    any.number = {0, limit - 1};
    SetLastDigit(&any);
    return any;
  }

 private:
  static typename Digits::Raw Plus(const typename Digits::Raw& a, const typename Digits::Raw& b) {
    return a + b;
  }
  static typename Digits::Raw Minus(const typename Digits::Raw& a, const typename Digits::Raw& b) {
    return a - b;
  }
  static Bounds Product(const Multiplicand& a, const Multiplicand& b) {
    return {a.number.low * b.number.low, a.number.high * b.number.high};
  }
  static Bounds Reduced(const Bounds& product) {
    return {product.low.ShiftedRight(kMontgomeryBits),
            product.high.ShiftedRight(kMontgomeryBits) + Modulus()};
  }
};

class IntervalField : public IntervalRing<FieldModulus> {
 public:
  static Carried Fold(const Raw& a, Place place = Place::current()) {
    Require(a, Integer::PowerOfTwo(kMontgomeryBits), place);
    for (int i = 0; i < 4; ++i) {
      BoundsReport::Global().Require(
          a.d[i].low > -(int64_t{1} << 61) && a.d[i].high < int64_t{1} << 61, place);
    }
    Carried folded = {p256::Field<IntervalWord>::Fold(a),
                      {0, Integer::PowerOfTwo(256) + Integer::PowerOfTwo(229)}};
    SetLastDigit(&folded);
    return folded;
  }
  static Mask IsZero(const Raw& a, Place place = Place::current()) {
    const Carried folded = Fold(a, place);
    // So 0 and p are all that is 0 modulo p.
    BoundsReport::Global().Require(folded.number.high < Integer(2) * Modulus(), place);
    return {};
  }
};

struct IntervalArithmetic {
  using Field = IntervalField;
  using ScalarRing = IntervalRing<OrderModulus>;
};

}  // namespace fleetca::p256::testing

#endif  // FLEETCA_P256_TESTING_INTERVAL_RING_H_
