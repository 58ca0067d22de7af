// Numbers of 256 bits and the five digits of 52 bits in which the vectors hold them, with the
// constants of P-256 (FIPS 186-5, SP 800-186 section 3.2.1.3). Every constant that the arithmetic
// needs follows here from p, n and b alone, at compile time: there is no table of magic numbers.
//
// Nothing here may reach an object file as a function: the unit for AVX-512 includes this header,
// and a linker may take its copy of a function for the whole program. So functions are consteval,
// and constants have internal linkage.
#ifndef FLEETCA_P256_NUMBER_H_
#define FLEETCA_P256_NUMBER_H_

#include <cstdint>

namespace fleetca::p256 {

// IFMA multiplies 52 bits by 52 bits; five such digits hold 260.
constexpr int kDigitBits = 52;
constexpr int kDigits = 5;
constexpr uint64_t kDigitMask = (uint64_t{1} << kDigitBits) - 1;

// The Montgomery factor R is 2^kMontgomeryBits.
constexpr int kMontgomeryBits = kDigitBits * kDigits;

// Least significant word first.
struct Number {
  uint64_t words[4];
};

// The same in radix 2^52, least significant digit first.
struct NumberDigits {
  uint64_t digits[kDigits];
};

// p = 2^256 - 2^224 + 2^192 + 2^96 - 1, the prime of the field.
constexpr Number kFieldPrime = {
    {0xffffffffffffffff, 0x00000000ffffffff, 0x0000000000000000, 0xffffffff00000001}};

// n, the order of the group and of its generator.
constexpr Number kGroupOrder = {
    {0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff, 0xffffffff00000000}};

// b of y^2 = x^3 - 3x + b.
constexpr Number kCurveB = {
    {0x3bce3c3e27d2604b, 0x651d06b0cc53b0f6, 0xb3ebbd55769886bc, 0x5ac635d8aa3a93e7}};

// The generator G.
constexpr Number kGeneratorX = {
    {0xf4a13945d898c296, 0x77037d812deb33a0, 0xf8bce6e563a440f2, 0x6b17d1f2e12c4247}};
constexpr Number kGeneratorY = {
    {0xcbb6406837bf51f5, 0x2bce33576b315ece, 0x8ee7eb4a7c0f9e16, 0x4fe342e2fe1a7f9b}};

consteval NumberDigits DigitsOf(const Number& number) {
  const uint64_t* const w = number.words;
  return {{w[0] & kDigitMask, ((w[0] >> 52) | (w[1] << 12)) & kDigitMask,
           ((w[1] >> 40) | (w[2] << 24)) & kDigitMask, ((w[2] >> 28) | (w[3] << 36)) & kDigitMask,
           w[3] >> 16}};
}

consteval bool IsBelow(const Number& a, const Number& b) {
  for (int i = 3; i >= 0; --i) {
    if (a.words[i] != b.words[i]) {
      return a.words[i] < b.words[i];
    }
  }
  return false;
}

consteval Number Minus(const Number& a, const Number& b) {
  Number difference = {};
  uint64_t borrow = 0;
  for (int i = 0; i < 4; ++i) {
    const uint64_t partial = a.words[i] - b.words[i];
    difference.words[i] = partial - borrow;
    borrow = (a.words[i] < b.words[i] || partial < borrow) ? 1 : 0;
  }
  return difference;
}

// 2 a mod m, for a below m and m over 2^255.
consteval Number TwiceModulo(const Number& a, const Number& m) {
  const bool carries = (a.words[3] >> 63) != 0;
  Number twice = {};
  for (int i = 3; i >= 0; --i) {
    twice.words[i] = (a.words[i] << 1) | (i > 0 ? a.words[i - 1] >> 63 : 0);
  }
  return carries || !IsBelow(twice, m) ? Minus(twice, m) : twice;
}

// a 2^exponent mod m.
consteval Number TimesPowerOfTwo(Number a, int exponent, const Number& m) {
  for (int i = 0; i < exponent; ++i) {
    a = TwiceModulo(a, m);
  }
  return a;
}

// -m^-1 mod 2^52 for an odd m, by Newton's iteration: each step doubles the bits that are right.
consteval uint64_t NegatedInverseOfLowDigit(const Number& m) {
  uint64_t inverse = 1;
  for (int i = 0; i < 6; ++i) {
    inverse *= 2 - m.words[0] * inverse;
  }
  return (0 - inverse) & kDigitMask;
}

// What arithmetic modulo m in Montgomery's form needs.
struct MontgomeryConstants {
  NumberDigits modulus;
  uint64_t negated_inverse;  // -m^-1 mod 2^52
  NumberDigits one;          // R mod m: 1 in Montgomery's form
  NumberDigits r_squared;    // R^2 mod m: a product with it brings a number into that form
  NumberDigits r_cubed;      // R^3 mod m: a product with it repairs the inverse of x R to x^-1 R
};

consteval MontgomeryConstants ConstantsOf(const Number& m) {
  constexpr Number kOne = {{1, 0, 0, 0}};
  return {.modulus = DigitsOf(m),
          .negated_inverse = NegatedInverseOfLowDigit(m),
          .one = DigitsOf(TimesPowerOfTwo(kOne, kMontgomeryBits, m)),
          .r_squared = DigitsOf(TimesPowerOfTwo(kOne, 2 * kMontgomeryBits, m)),
          .r_cubed = DigitsOf(TimesPowerOfTwo(kOne, 3 * kMontgomeryBits, m))};
}

constexpr MontgomeryConstants kModuloP = ConstantsOf(kFieldPrime);
constexpr MontgomeryConstants kModuloN = ConstantsOf(kGroupOrder);

// q times p is taken from p + 1 = 2^96 + 2^192 + (2^256 - 2^224), so this must hold.
static_assert(kModuloP.negated_inverse == 1);

// In Montgomery's form modulo p.
constexpr NumberDigits kMontgomeryB =
    DigitsOf(TimesPowerOfTwo(kCurveB, kMontgomeryBits, kFieldPrime));
constexpr NumberDigits kMontgomeryMinusThree = DigitsOf(
    TimesPowerOfTwo(Minus(kFieldPrime, Number{{3, 0, 0, 0}}), kMontgomeryBits, kFieldPrime));
constexpr NumberDigits kMontgomeryN =
    DigitsOf(TimesPowerOfTwo(kGroupOrder, kMontgomeryBits, kFieldPrime));

// x mod n = r leaves two candidates for x of the sum, r and r + n, where r is below this.
constexpr Number kPrimeMinusOrder = Minus(kFieldPrime, kGroupOrder);

}  // namespace fleetca::p256

#endif  // FLEETCA_P256_NUMBER_H_
