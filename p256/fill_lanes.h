// Signatures into lanes: octets to digits, and what is out of range is left out.
#ifndef FLEETCA_P256_FILL_LANES_H_
#define FLEETCA_P256_FILL_LANES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "absl/types/span.h"
#include "p256/lane_numbers.h"
#include "p256/lanes.h"
#include "p256/number.h"

namespace fleetca::p256 {

inline Number NumberFromOctets(const uint8_t* octets) {
  Number number;
  for (int word = 3; word >= 0; --word) {
    uint64_t value = 0;
    for (int i = 0; i < 8; ++i) {
      value = (value << 8) | *octets++;
    }
    number.words[word] = value;
  }
  return number;
}

inline bool IsLess(const Number& a, const Number& b) {
  return std::lexicographical_compare(std::rbegin(a.words), std::rend(a.words),
                                      std::rbegin(b.words), std::rend(b.words));
}

// From 1 to n - 1.
inline bool IsScalar(const Number& a) {
  return (a.words[0] | a.words[1] | a.words[2] | a.words[3]) != 0 && IsLess(a, kGroupOrder);
}

// Digit i of lane `lane`.
template <int kLanes>
void SetLane(const Number& number, int lane, uint64_t (&digits)[kDigits][kLanes]) {
  const uint64_t* const w = number.words;
  digits[0][lane] = w[0] & kDigitMask;
  digits[1][lane] = ((w[0] >> 52) | (w[1] << 12)) & kDigitMask;
  digits[2][lane] = ((w[1] >> 40) | (w[2] << 24)) & kDigitMask;
  digits[3][lane] = ((w[2] >> 28) | (w[3] << 36)) & kDigitMask;
  digits[4][lane] = w[3] >> 16;
}

template <int kLanes>
void SetLane(const Number& r, const Number& s, const Number& z, const Number& x, const Number& y,
             int lane, LaneNumbers<kLanes>* numbers) {
  SetLane(r, lane, numbers->r);
  SetLane(s, lane, numbers->s);
  SetLane(z, lane, numbers->z);
  SetLane(x, lane, numbers->x);
  SetLane(y, lane, numbers->y);
}

// What lanes without a signature compute: numbers in range, the generator for the key.
template <int kLanes>
void SetIdle(int lane, LaneNumbers<kLanes>* numbers) {
  constexpr Number kOne = {{1, 0, 0, 0}};
  SetLane(kOne, kOne, kOne, kGeneratorX, kGeneratorY, lane, numbers);
}

// Up to kLanes signatures into the first lanes. A lane whose numbers are out of range is idle, and
// so is one that has no signature.
template <int kLanes>
void FillLanes(absl::Span<const PublicSignature> signatures, LaneNumbers<kLanes>* numbers) {
  numbers->usable = 0;
  numbers->wraps = 0;
  for (int lane = 0; lane < kLanes; ++lane) {
    if (static_cast<size_t>(lane) >= signatures.size()) {
      SetIdle(lane, numbers);
      continue;
    }
    const PublicSignature& signature = signatures[lane];
    const Number r = NumberFromOctets(signature.r);
    const Number s = NumberFromOctets(signature.s);
    const Number x = NumberFromOctets(signature.x);
    const Number y = NumberFromOctets(signature.y);
    if (!IsScalar(r) || !IsScalar(s) || !IsLess(x, kFieldPrime) || !IsLess(y, kFieldPrime)) {
      SetIdle(lane, numbers);
      continue;
    }
    numbers->usable |= uint32_t{1} << lane;
    numbers->wraps |= uint32_t{IsLess(r, kPrimeMinusOrder)} << lane;
    SetLane(r, s, NumberFromOctets(signature.z), x, y, lane, numbers);
  }
}

}  // namespace fleetca::p256

#endif  // FLEETCA_P256_FILL_LANES_H_
