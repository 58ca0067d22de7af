#include "p256/inverse.h"

#include <array>
#include <bit>
#include <cstdint>
#include <utility>

namespace fleetca::p256 {
namespace {

// The greatest common divisor by division steps (Bernstein and Yang, Fast constant-time gcd
// computation and modular inversion, CHES 2019), 62 steps at a time on the low 62 bits, in the form
// that Wuille, Dettman and others described for libsecp256k1 ("The safegcd implementation
// explained"), with their variable-time shortcuts. The code is our own.
//
// f = m and g = a are divided down to f = +-1 and g = 0, while d and e keep
//   d a = f, e a = g  (mod m).

__extension__ using Int128 = __int128;

constexpr int kSteps = 62;
constexpr int kLimbs = 5;
constexpr uint64_t kLimbMask = (uint64_t{1} << kSteps) - 1;

// A signed number in radix 2^62: digits from 0 to 2^62 - 1 but for the last, which has the sign.
using Limbs = std::array<int64_t, kLimbs>;

struct Modulus {
  Limbs limbs;
  uint64_t inverse;  // m^-1 mod 2^62
};

constexpr Limbs LimbsOf(const Number& n) {
  const uint64_t* const w = n.words;
  return {static_cast<int64_t>(w[0] & kLimbMask),
          static_cast<int64_t>(((w[0] >> 62) | (w[1] << 2)) & kLimbMask),
          static_cast<int64_t>(((w[1] >> 60) | (w[2] << 4)) & kLimbMask),
          static_cast<int64_t>(((w[2] >> 58) | (w[3] << 6)) & kLimbMask),
          static_cast<int64_t>(w[3] >> 56)};
}

constexpr Modulus ModulusOf(const Number& n) {
  uint64_t inverse = 1;
  for (int i = 0; i < 6; ++i) {
    inverse *= 2 - n.words[0] * inverse;
  }
  return {LimbsOf(n), inverse & kLimbMask};
}

constexpr Modulus kP = ModulusOf(kFieldPrime);
constexpr Modulus kN = ModulusOf(kGroupOrder);

// What 62 steps do: 2^62 times the new (f, g) is [u v; q r] times the old.
struct Transition {
  int64_t u, v, q, r;
};

// 62 division steps on the low bits of f and g. `eta` is minus delta of the paper. Runs of even g
// are taken at once, and up to six bits of g are cancelled by one multiple of f.
int64_t DivideSteps(int64_t eta, uint64_t f, uint64_t g, Transition* transition) {
  uint64_t u = 1, v = 0, q = 0, r = 1;
  int left = kSteps;
  while (true) {
    const int zeros = std::countr_zero(g | (~uint64_t{0} << left));
    g >>= zeros;
    u <<= zeros;
    v <<= zeros;
    eta -= zeros;
    left -= zeros;
    if (left == 0) {
      break;
    }
    uint64_t multiple;
    if (eta < 0) {
      eta = -eta;
      f = std::exchange(g, 0 - f);
      u = std::exchange(q, 0 - u);
      v = std::exchange(r, 0 - v);
      // No more bits than steps are left, and than steps until the next exchange.
      const int limit = eta + 1 > left ? left : static_cast<int>(eta) + 1;
      const uint64_t mask = (~uint64_t{0} >> (64 - limit)) & 63;
      multiple = (f * g * (f * f - 2)) & mask;  // -g / f modulo 64
    } else {
      const int limit = eta + 1 > left ? left : static_cast<int>(eta) + 1;
      const uint64_t mask = (~uint64_t{0} >> (64 - limit)) & 15;
      const uint64_t inverse = f + (((f + 1) & 4) << 1);  // 1 / f modulo 16
      multiple = (0 - inverse * g) & mask;
    }
    g += f * multiple;
    q += u * multiple;
    r += v * multiple;
  }
  *transition = {static_cast<int64_t>(u), static_cast<int64_t>(v), static_cast<int64_t>(q),
                 static_cast<int64_t>(r)};
  return eta;
}

// (u a + v b + k m) / 2^62, which is exact for the k that MultipleOf chooses.
Limbs DivideExactly(int64_t u, const Limbs& a, int64_t v, const Limbs& b, int64_t k,
                    const Limbs& m) {
  Limbs result;
  Int128 sum = Int128{u} * a[0] + Int128{v} * b[0] + Int128{k} * m[0];
  sum >>= kSteps;
  for (int i = 1; i < kLimbs; ++i) {
    sum += Int128{u} * a[i] + Int128{v} * b[i] + Int128{k} * m[i];
    result[i - 1] = static_cast<int64_t>(static_cast<uint64_t>(sum) & kLimbMask);
    sum >>= kSteps;
  }
  result[kLimbs - 1] = static_cast<int64_t>(sum);
  return result;
}

// The k for which u d + v e + k m is divisible by 2^62, from 1 - 2^62 to 0. As |u| + |v| <= 2^62, a
// round makes the larger of |d| and |e| larger by less than m, and there are 12 rounds (of at most
// 741 steps for 256 bits): so both stay between -13 m and 13 m.
int64_t MultipleOf(const Modulus& m, int64_t u, const Limbs& d, int64_t v, const Limbs& e) {
  const uint64_t low = static_cast<uint64_t>(u) * static_cast<uint64_t>(d[0]) +
                       static_cast<uint64_t>(v) * static_cast<uint64_t>(e[0]);
  return -static_cast<int64_t>((m.inverse * low) & kLimbMask);
}

bool IsZero(const Limbs& a) { return (a[0] | a[1] | a[2] | a[3] | a[4]) == 0; }

// a + k m with its digits carried.
Limbs PlusMultiple(const Limbs& a, int64_t k, const Limbs& m) {
  Limbs result;
  Int128 sum = 0;
  for (int i = 0; i < kLimbs - 1; ++i) {
    sum += a[i] + Int128{k} * m[i];
    result[i] = static_cast<int64_t>(static_cast<uint64_t>(sum) & kLimbMask);
    sum >>= kSteps;
  }
  result[kLimbs - 1] = static_cast<int64_t>(sum + a[kLimbs - 1] + Int128{k} * m[kLimbs - 1]);
  return result;
}

Limbs Negated(const Limbs& a) {
  Limbs result;
  Int128 sum = 0;
  for (int i = 0; i < kLimbs - 1; ++i) {
    sum -= a[i];
    result[i] = static_cast<int64_t>(static_cast<uint64_t>(sum) & kLimbMask);
    sum >>= kSteps;
  }
  result[kLimbs - 1] = static_cast<int64_t>(sum - a[kLimbs - 1]);
  return result;
}

// From 0 to m, for a between -2^10 m and 2^10 m.
Limbs Reduced(Limbs a, const Limbs& m) {
  while (a[kLimbs - 1] < 0) {
    a = PlusMultiple(a, 1, m);
  }
  for (Limbs less = PlusMultiple(a, -1, m); less[kLimbs - 1] >= 0; less = PlusMultiple(a, -1, m)) {
    a = less;
  }
  return a;
}

Limbs Inverse(const Limbs& a, const Modulus& m) {
  Limbs d = {};
  Limbs e = {1};
  Limbs f = m.limbs;
  Limbs g = a;
  int64_t eta = -1;
  while (!IsZero(g)) {
    Transition t;
    eta = DivideSteps(eta, static_cast<uint64_t>(f[0]) | (static_cast<uint64_t>(f[1]) << kSteps),
                      static_cast<uint64_t>(g[0]) | (static_cast<uint64_t>(g[1]) << kSteps), &t);
    const Limbs next_d = DivideExactly(t.u, d, t.v, e, MultipleOf(m, t.u, d, t.v, e), m.limbs);
    e = DivideExactly(t.q, d, t.r, e, MultipleOf(m, t.q, d, t.r, e), m.limbs);
    d = next_d;
    const Limbs next_f = DivideExactly(t.u, f, t.v, g, 0, m.limbs);
    g = DivideExactly(t.q, f, t.r, g, 0, m.limbs);
    f = next_f;
  }
  // The modulus is prime, so f is +-1, or +-m where a is 0 modulo it and d is 0.
  return Reduced(f[kLimbs - 1] < 0 ? Negated(d) : d, m.limbs);
}

NumberDigits Inverse(const NumberDigits& a, const Modulus& m) {
  // Five digits of 52 bits to five of 62, and back: a stream of bits.
  const uint64_t* const in = a.digits;
  const Limbs limbs = {static_cast<int64_t>((in[0] | (in[1] << 52)) & kLimbMask),
                       static_cast<int64_t>(((in[1] >> 10) | (in[2] << 42)) & kLimbMask),
                       static_cast<int64_t>(((in[2] >> 20) | (in[3] << 32)) & kLimbMask),
                       static_cast<int64_t>(((in[3] >> 30) | (in[4] << 22)) & kLimbMask),
                       static_cast<int64_t>(in[4] >> 40)};
  const Limbs inverse = Inverse(Reduced(limbs, m.limbs), m);
  std::array<uint64_t, kLimbs> v;
  for (int i = 0; i < kLimbs; ++i) {
    v[i] = static_cast<uint64_t>(inverse[i]);
  }
  return {{v[0] & kDigitMask, ((v[0] >> 52) | (v[1] << 10)) & kDigitMask,
           ((v[1] >> 42) | (v[2] << 20)) & kDigitMask, ((v[2] >> 32) | (v[3] << 30)) & kDigitMask,
           ((v[3] >> 22) | (v[4] << 40)) & kDigitMask}};
}

}  // namespace

NumberDigits InverseModuloP(const NumberDigits& a) { return Inverse(a, kP); }
NumberDigits InverseModuloN(const NumberDigits& a) { return Inverse(a, kN); }

}  // namespace fleetca::p256
