// Montgomery arithmetic modulo a prime of 256 bits, in as many lanes as a word W has.
//
// A number is five digits of 52 bits, each in a word of its own: lane i of the five words is the
// i-th number. W is a vector of AVX-512 registers, or in tests plain integers, or intervals.
//
// Three types say what is known of the digits, so that one cannot be taken for another:
//   Raw           any signed 64-bit digits: what sums, differences and products are.
//   Multiplicand  each digit is right in its low 52 bits, which is all that IFMA reads. The bits
//                 above are dirt, so it can be multiplied and nothing else.
//   Carried       each digit is from 0 to 2^52 - 1: can be multiplied, added and compared.
// Carry() and Normalize(), which lead from Raw to the others, require a number from 0 to 2^260 - 1,
// a little under sixteen times the modulus. No test can show that it always is: bounds_test follows
// the bounds of all numbers through all formulas.
//
// Every loop over digits is unrolled by a pragma: where one is left, digits go through memory, and
// sixteen lanes are a quarter slower.
#ifndef FLEETCA_P256_RING_H_
#define FLEETCA_P256_RING_H_

#include <cstdint>

#include "p256/number.h"

namespace fleetca::p256 {

// `Modulus` says how one digit is reduced (field.h, order.h).
template <typename W, typename M>
class Ring {
 public:
  using Word = W;
  using Modulus = M;
  // Some of the lanes. Nothing may branch on it: in the proof of the bounds, a mask has no value.
  using Mask = typename W::Mask;

  struct Raw {
    W d[kDigits];
  };
  struct Multiplicand {
    W d[kDigits];
  };
  struct Carried {
    W d[kDigits];
    operator Raw() const { return {{d[0], d[1], d[2], d[3], d[4]}}; }
    operator Multiplicand() const { return {{d[0], d[1], d[2], d[3], d[4]}}; }
  };
  // A Carried in memory, for the tables that lanes look up.
  struct Stored {
    alignas(64) uint64_t digits[kDigits][W::kLanes];
  };

  friend Raw operator+(const Raw& a, const Raw& b) {
    return {{a.d[0] + b.d[0], a.d[1] + b.d[1], a.d[2] + b.d[2], a.d[3] + b.d[3], a.d[4] + b.d[4]}};
  }
  friend Raw operator-(const Raw& a, const Raw& b) {
    return {{a.d[0] - b.d[0], a.d[1] - b.d[1], a.d[2] - b.d[2], a.d[3] - b.d[3], a.d[4] - b.d[4]}};
  }

  // The same number in every lane.
  static Carried Broadcast(const NumberDigits& n) {
    return {{W::Broadcast(n.digits[0]), W::Broadcast(n.digits[1]), W::Broadcast(n.digits[2]),
             W::Broadcast(n.digits[3]), W::Broadcast(n.digits[4])}};
  }

  // k times the modulus, digit by digit: what keeps a difference from being negative.
  template <int k>
  static Raw Multiple() {
    constexpr NumberDigits m = M::kConstants.modulus;
    constexpr NumberDigits multiple = {
        {k * m.digits[0], k * m.digits[1], k * m.digits[2], k * m.digits[3], k * m.digits[4]}};
    return Broadcast(multiple);
  }

  // a b / R mod m. The result is below a b / R + m, its digits are not negative, and each is below
  // 2^57: it adds up at most 18 halves of products of the operands (MulMul; Mul has half as many),
  // 6 of the reduction modulo p or 10 modulo n, each below 2^52, and a carry. bounds_test
  // finds 12.1 and 15.4 times 2^52 for Mul modulo p and n, 21.1 and 24.4 for MulMul.
  static Raw Mul(const Multiplicand& a, const Multiplicand& b) {
    if constexpr (W::kCallsPay) {
      return MulCalled(a, b);
    } else {
      return MulInline(a, b);
    }
  }
  static Raw Sqr(const Multiplicand& a) {
    if constexpr (W::kCallsPay) {
      return SqrCalled(a);
    } else {
      return SqrInline(a);
    }
  }

  // a b / R + addend. The addend comes in where Mul would start from zeros.
  static Raw MulAdd(const Multiplicand& a, const Multiplicand& b, const Raw& addend) {
    if constexpr (W::kCallsPay) {
      return MulAddCalled(a, b, addend);
    } else {
      return MulAddInline(a, b, addend);
    }
  }

  // (a b + c d) / R, below (a b + c d) / R + m: two products for one reduction.
  static Raw MulMul(const Multiplicand& a, const Multiplicand& b, const Multiplicand& c,
                    const Multiplicand& d) {
    if constexpr (W::kCallsPay) {
      return MulMulCalled(a, b, c, d);
    } else {
      return MulMulInline(a, b, c, d);
    }
  }

  // 0 <= a < 2^260.
  static Multiplicand Carry(const Raw& a) {
    Multiplicand r;
    r.d[0] = a.d[0];
#pragma GCC unroll 10
    for (int i = 1; i < kDigits; ++i) {
      r.d[i] = a.d[i] + ShiftRightSigned<kDigitBits>(r.d[i - 1]);
    }
    return r;
  }

  // 0 <= a < 2^260: so the top digit is right without a mask.
  static Carried Normalize(const Raw& a) {
    const Multiplicand carried = Carry(a);
    const W mask = W::Broadcast(kDigitMask);
    return {{carried.d[0] & mask, carried.d[1] & mask, carried.d[2] & mask, carried.d[3] & mask,
             carried.d[4]}};
  }

  // 0 <= a < 2 m. The result is below m.
  static Carried Reduce(const Raw& a) {
    const Carried whole = Normalize(a);
    Raw less = whole - Multiple<1>();
    const W mask = W::Broadcast(kDigitMask);
#pragma GCC unroll 10
    for (int i = 1; i < kDigits; ++i) {
      less.d[i] = less.d[i] + ShiftRightSigned<kDigitBits>(less.d[i - 1]);
      less.d[i - 1] = less.d[i - 1] & mask;
    }
    const Mask below = NegativeMask(less.d[kDigits - 1]);
    const Carried reduced = {{less.d[0], less.d[1], less.d[2], less.d[3], less.d[4]}};
    return Select(below, whole, reduced);
  }

  // `a` in the lanes of the mask, `b` in the others.
  static Carried Select(Mask mask, const Carried& a, const Carried& b) {
    Carried r;
#pragma GCC unroll 10
    for (int i = 0; i < kDigits; ++i) {
      r.d[i] = W::Select(mask, a.d[i], b.d[i]);
    }
    return r;
  }

  // sum - product in the lanes of the mask, sum + product in the others.
  static Raw SubtractWhere(Mask mask, const Raw& sum, const Raw& product) {
    Raw r;
#pragma GCC unroll 10
    for (int i = 0; i < kDigits; ++i) {
      r.d[i] = W::AddOrSubtract(mask, sum.d[i], product.d[i]);
    }
    return r;
  }

  // The lanes in which both have the same digits.
  static Mask EqualMask(const Carried& a, const Carried& b) {
    Mask mask = ~uint32_t{0};
#pragma GCC unroll 10
    for (int i = 0; i < kDigits; ++i) {
      mask &= W::EqualMask(a.d[i], b.d[i]);
    }
    return mask;
  }

  // Lane i gets what lane i + k (modulo the lanes) had.
  template <int k>
  static Carried Rotate(const Carried& a) {
    return {{W::template Rotate<k>(a.d[0]), W::template Rotate<k>(a.d[1]),
             W::template Rotate<k>(a.d[2]), W::template Rotate<k>(a.d[3]),
             W::template Rotate<k>(a.d[4])}};
  }

  // Every lane of `a` holds the same number x R, not 0: x^-1 R in every lane.
  static Carried InverseOfEqualLanes(const Carried& a) {
    NumberDigits digits;
#pragma GCC unroll 10
    for (int i = 0; i < kDigits; ++i) {
      digits.digits[i] = FirstLane(a.d[i]);
    }
    const Carried inverse = Broadcast(M::Inverse(digits));  // x^-1 R^-1
    return Normalize(Mul(inverse, Broadcast(M::kConstants.r_cubed)));
  }

  // Numbers below 2^256 from memory: digit i of lane l is digits[i][l].
  static Carried Load(const uint64_t (*digits)[W::kLanes]) {
    return {{W::Load(digits[0]), W::Load(digits[1]), W::Load(digits[2]), W::Load(digits[3]),
             W::Load(digits[4])}};
  }
  static Carried Load(const Stored& stored) { return Load(stored.digits); }
  static void Store(const Carried& a, Stored* stored) {
#pragma GCC unroll 10
    for (int i = 0; i < kDigits; ++i) {
      W::Store(a.d[i], stored->digits[i]);
    }
  }

  // Each lane's own entry of a table of its own.
  template <int kEntries>
  static Carried LookUp(const Stored (&table)[kEntries], const W& entry) {
    // Entries lie sizeof(Stored) apart, and lane l at l words from there.
    constexpr uint64_t kStride = sizeof(Stored) / sizeof(uint64_t);
    const W index = W::MulLo(W::LaneIndices(), entry, W::Broadcast(kStride));
    Carried r;
#pragma GCC unroll 10
    for (int i = 0; i < kDigits; ++i) {
      r.d[i] = W::Gather(table[0].digits[i], index);
    }
    return r;
  }

  // Each lane's own entry of a table that all share.
  template <int kEntries>
  static Carried LookUp(const NumberDigits (&table)[kEntries], const W& entry) {
    const W index = W::MulLo(W::Zero(), entry, W::Broadcast(kDigits));
    Carried r;
#pragma GCC unroll 10
    for (int i = 0; i < kDigits; ++i) {
      r.d[i] = W::Gather(&table[0].digits[i], index);
    }
    return r;
  }

 private:
  // Row i of the product of a and b: digit i of a with every digit of b.
  [[gnu::always_inline]] static void Row(int i, const W* a, const W* b, W* t) {
#pragma GCC unroll 10
    for (int j = 0; j < kDigits; ++j) {
      t[i + j] = W::MulLo(t[i + j], a[i], b[j]);
      t[i + j + 1] = W::MulHi(t[i + j + 1], a[i], b[j]);
    }
  }

  // The digits above the fifth are the result. Digit i is complete after row i, so its reduction
  // may begin while later rows are multiplied: round i - 1 stands after row i.
  [[gnu::always_inline]] static Raw MulAddInline(const Multiplicand& a, const Multiplicand& b,
                                                 const Raw& addend) {
    const W zero = W::Zero();
    W t[2 * kDigits] = {zero,        zero,        zero,        zero,        zero,
                        addend.d[0], addend.d[1], addend.d[2], addend.d[3], addend.d[4]};
    Row(0, a.d, b.d, t);
#pragma GCC unroll 10
    for (int i = 1; i < kDigits; ++i) {
      Row(i, a.d, b.d, t);
      M::Round(t + i - 1);
    }
    M::Round(t + kDigits - 1);
    return {{t[5], t[6], t[7], t[8], t[9]}};
  }
  [[gnu::always_inline]] static Raw MulInline(const Multiplicand& a, const Multiplicand& b) {
    const W zero = W::Zero();
    return MulAddInline(a, b, {{zero, zero, zero, zero, zero}});
  }
  [[gnu::always_inline]] static Raw MulMulInline(const Multiplicand& a, const Multiplicand& b,
                                                 const Multiplicand& c, const Multiplicand& d) {
    const W zero = W::Zero();
    W t[2 * kDigits] = {zero, zero, zero, zero, zero, zero, zero, zero, zero, zero};
    Row(0, a.d, b.d, t);
    Row(0, c.d, d.d, t);
#pragma GCC unroll 10
    for (int i = 1; i < kDigits; ++i) {
      Row(i, a.d, b.d, t);
      Row(i, c.d, d.d, t);
      M::Round(t + i - 1);
    }
    M::Round(t + kDigits - 1);
    return {{t[5], t[6], t[7], t[8], t[9]}};
  }

  // The products of different digits are computed once and doubled.
  [[gnu::always_inline]] static Raw SqrInline(const Multiplicand& a) {
    const W zero = W::Zero();
    W t[2 * kDigits] = {zero, zero, zero, zero, zero, zero, zero, zero, zero, zero};
#pragma GCC unroll 10
    for (int i = 0; i < kDigits; ++i) {
#pragma GCC unroll 10
      for (int j = i + 1; j < kDigits; ++j) {
        t[i + j] = W::MulLo(t[i + j], a.d[i], a.d[j]);
        t[i + j + 1] = W::MulHi(t[i + j + 1], a.d[i], a.d[j]);
      }
    }
#pragma GCC unroll 10
    for (int i = 1; i < 2 * kDigits - 1; ++i) {
      t[i] = t[i] + t[i];
    }
#pragma GCC unroll 10
    for (int i = 0; i < kDigits; ++i) {
      t[2 * i] = W::MulLo(t[2 * i], a.d[i], a.d[i]);
      t[2 * i + 1] = W::MulHi(t[2 * i + 1], a.d[i], a.d[i]);
    }
#pragma GCC unroll 10
    for (int i = 0; i < kDigits; ++i) {
      M::Round(t + i);
    }
    return {{t[5], t[6], t[7], t[8], t[9]}};
  }

  // Two vectors at once do not find room in 32 registers when everything is inlined: operands then
  // come from the first-level cache, and the code stays small.
  [[gnu::noinline]] static Raw MulCalled(const Multiplicand& a, const Multiplicand& b) {
    return MulInline(a, b);
  }
  [[gnu::noinline]] static Raw MulAddCalled(const Multiplicand& a, const Multiplicand& b,
                                            const Raw& addend) {
    return MulAddInline(a, b, addend);
  }
  [[gnu::noinline]] static Raw MulMulCalled(const Multiplicand& a, const Multiplicand& b,
                                            const Multiplicand& c, const Multiplicand& d) {
    return MulMulInline(a, b, c, d);
  }
  [[gnu::noinline]] static Raw SqrCalled(const Multiplicand& a) { return SqrInline(a); }
};

// Sums that several formulas need. They are no members of Ring, so that the proof of the bounds
// (testing/interval_ring.h) runs this very text.
template <typename N>
[[gnu::always_inline]] inline auto Twice(const N& a) {
  return a + a;
}
template <typename N>
[[gnu::always_inline]] inline auto Thrice(const N& a) {
  return a + a + a;
}

// a^2 / R + addend.
template <typename F>
[[gnu::always_inline]] inline typename F::Raw SqrAdd(const typename F::Multiplicand& a,
                                                     const typename F::Raw& addend) {
  return F::Sqr(a) + addend;
}

}  // namespace fleetca::p256

#endif  // FLEETCA_P256_RING_H_
