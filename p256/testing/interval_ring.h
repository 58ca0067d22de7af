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
// Whatever breaks what a lemma requires is noted with the line of the formula.
#ifndef FLEETCA_P256_TESTING_INTERVAL_RING_H_
#define FLEETCA_P256_TESTING_INTERVAL_RING_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <source_location>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "p256/field.h"
#include "p256/number.h"
#include "p256/order.h"
#include "p256/ring.h"
#include "p256/testing/integer.h"
#include "p256/testing/interval_word.h"

namespace fleetca::p256::testing {

struct Bounds {
  Integer low;
  Integer high;

  static Bounds Union(const Bounds& a, const Bounds& b) {
    return {std::min(a.low, b.low), std::max(a.high, b.high)};
  }
  friend Bounds operator+(const Bounds& a, const Bounds& b) {
    return {a.low + b.low, a.high + b.high};
  }
  friend Bounds operator-(const Bounds& a, const Bounds& b) {
    return {a.low - b.high, a.high - b.low};
  }
};

// What was required, and whether it held: by the place in the formulas.
class BoundsReport {
 public:
  using Place = std::source_location;

  static BoundsReport& Global() {
    static auto& report = *new BoundsReport;
    return report;
  }

  // Notes the bounds of a number that is carried at `place`, and whether they keep below `limit`.
  void Require(const Bounds& bounds, const Integer& limit, const Integer& modulus, Place place) {
    const std::string name = Name(place);
    const auto [seen, is_new] = seen_.try_emplace(name, Seen{bounds, modulus});
    if (!is_new) {
      seen->second.bounds = Bounds::Union(seen->second.bounds, bounds);
    }
    if (bounds.low < Integer(0) || limit <= bounds.high) {
      broken_.push_back(absl::StrFormat("%s: from %.6f to %.6f times the modulus, limit %.6f", name,
                                        bounds.low.Over(modulus), bounds.high.Over(modulus),
                                        limit.Over(modulus)));
    }
  }
  // Whatever else a lemma requires.
  void Require(bool holds, Place place) {
    if (!holds) {
      broken_.push_back(absl::StrCat(Name(place), ": what a lemma requires does not hold"));
    }
  }

  const std::vector<std::string>& broken() const { return broken_; }

  // One line a place, with the largest and the smallest number there.
  std::string ToText() const {
    std::string text;
    for (const auto& [name, seen] : seen_) {
      absl::StrAppendFormat(&text, "%-24s from %9.6f to %9.6f\n", name,
                            seen.bounds.low.Over(seen.modulus),
                            seen.bounds.high.Over(seen.modulus));
    }
    return text;
  }
  double Largest() const {
    double largest = 0;
    for (const auto& [name, seen] : seen_) {
      largest = std::max(largest, seen.bounds.high.Over(seen.modulus));
    }
    return largest;
  }

 private:
  struct Seen {
    Bounds bounds;
    Integer modulus;
  };
  static std::string Name(Place place) {
    const absl::string_view file = place.file_name();
    return absl::StrFormat("%s:%03d", file.substr(file.rfind('/') + 1), place.line());
  }

  std::map<std::string, Seen> seen_;
  std::vector<std::string> broken_;
};

template <typename M>
class IntervalRing {
 public:
  using Word = IntervalWord;
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
  static Raw Twice(const Raw& a) { return a + a; }
  static Raw Thrice(const Raw& a) { return a + a + a; }

  static Carried Broadcast(const NumberDigits& n) {
    return {Digits::Broadcast(n), {Integer::Of(n), Integer::Of(n)}};
  }
  template <int k>
  static Raw Multiple() {
    const Integer multiple = Integer(k) * Modulus();
    return {Digits::template Multiple<k>(), {multiple, multiple}};
  }

  static Raw Mul(const Multiplicand& a, const Multiplicand& b) {
    return {Digits::Mul(a, b), Reduced(Product(a, b))};
  }
  static Raw Sqr(const Multiplicand& a) { return {Digits::Sqr(a), Reduced(Product(a, a))}; }
  static Raw MulAdd(const Multiplicand& a, const Multiplicand& b, const Raw& addend) {
    return {Digits::MulAdd(a, b, addend), Reduced(Product(a, b)) + addend.number};
  }
  static Raw SqrAdd(const Multiplicand& a, const Raw& addend) { return Sqr(a) + addend; }
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

  static Carried Select(uint32_t, const Carried& a, const Carried& b) {
    return {Digits::Select(0, a, b), Bounds::Union(a.number, b.number)};
  }
  static Raw SubtractWhere(uint32_t, const Raw& sum, const Raw& product) {
    return {Digits::SubtractWhere(0, sum, product),
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
      any = Select(0, any, stored.carried);
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
  static uint32_t IsZero(const Raw& a, Place place = Place::current()) {
    const Carried folded = Fold(a, place);
    // So 0 and p are all that is 0 modulo p.
    BoundsReport::Global().Require(folded.number.high < Integer(2) * Modulus(), place);
    return 0;
  }
};

struct IntervalArithmetic {
  using Field = IntervalField;
  using ScalarRing = IntervalRing<OrderModulus>;
};

}  // namespace fleetca::p256::testing

#endif  // FLEETCA_P256_TESTING_INTERVAL_RING_H_
