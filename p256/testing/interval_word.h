// A digit of which only bounds are known: what the 64-bit words of the vectors may hold.
#ifndef FLEETCA_P256_TESTING_INTERVAL_WORD_H_
#define FLEETCA_P256_TESTING_INTERVAL_WORD_H_

#include <algorithm>
#include <cstdint>

#include "p256/number.h"

namespace fleetca::p256::testing {

__extension__ using WideDigit = __int128;

// Some lanes, which depends on numbers: so nothing is known of it. It converts to no number and no
// bool and compares with nothing, so that a formula which branches on it does not compile.
struct IntervalMask {
  IntervalMask() = default;
  IntervalMask(uint32_t) {}

  friend IntervalMask operator~(const IntervalMask&) { return {}; }
  friend IntervalMask operator&(const IntervalMask&, const IntervalMask&) { return {}; }
  friend IntervalMask operator|(const IntervalMask&, const IntervalMask&) { return {}; }
  friend IntervalMask operator^(const IntervalMask&, const IntervalMask&) { return {}; }
  IntervalMask& operator&=(const IntervalMask&) { return *this; }
};

// A word of one lane with bounds. A step that could leave signed 64 bits is noted.
struct IntervalWord {
  static constexpr int kLanes = 1;
  static constexpr bool kCallsPay = true;
  using Mask = IntervalMask;

  int64_t low = 0;
  int64_t high = 0;

  // How many steps could have left 64 bits since the start of the process.
  static int& Overflows() {
    static int overflows = 0;
    return overflows;
  }
  static IntervalWord Of(WideDigit low, WideDigit high) {
    if (low < INT64_MIN || high > INT64_MAX) {
      ++Overflows();
      return {INT64_MIN, INT64_MAX};
    }
    return {static_cast<int64_t>(low), static_cast<int64_t>(high)};
  }
  static IntervalWord Union(const IntervalWord& a, const IntervalWord& b) {
    return {std::min(a.low, b.low), std::max(a.high, b.high)};
  }

  static IntervalWord Zero() { return {0, 0}; }
  static IntervalWord Broadcast(uint64_t a) { return Of(a, a); }

  // Of the low 52 bits: all that a word can have where its bounds leave them.
  IntervalWord Low52() const {
    const auto mask = static_cast<int64_t>(kDigitMask);
    return low >= 0 && high <= mask ? *this : IntervalWord{0, mask};
  }
  static WideDigit LargestProduct(const IntervalWord& a, const IntervalWord& b) {
    return WideDigit{a.Low52().high} * b.Low52().high;
  }
  static IntervalWord MulLo(const IntervalWord& sum, const IntervalWord& a, const IntervalWord& b) {
    return Of(sum.low, sum.high + std::min<WideDigit>(LargestProduct(a, b), kDigitMask));
  }
  static IntervalWord MulHi(const IntervalWord& sum, const IntervalWord& a, const IntervalWord& b) {
    return Of(sum.low, sum.high + (LargestProduct(a, b) >> kDigitBits));
  }
  static IntervalWord Select(Mask, const IntervalWord& a, const IntervalWord& b) {
    return Union(a, b);
  }
  static IntervalWord AddOrSubtract(Mask, const IntervalWord& a, const IntervalWord& b) {
    return Union(a - b, a + b);
  }
  static Mask EqualMask(const IntervalWord&, const IntervalWord&) { return {}; }

  friend IntervalWord operator+(const IntervalWord& a, const IntervalWord& b) {
    return Of(WideDigit{a.low} + b.low, WideDigit{a.high} + b.high);
  }
  friend IntervalWord operator-(const IntervalWord& a, const IntervalWord& b) {
    return Of(WideDigit{a.low} - b.high, WideDigit{a.high} - b.low);
  }
  // One of the two is a mask, which is not negative.
  friend IntervalWord operator&(const IntervalWord& a, const IntervalWord& b) {
    return {0, a.low < 0 ? b.high : b.low < 0 ? a.high : std::min(a.high, b.high)};
  }
  friend IntervalWord operator|(const IntervalWord& a, const IntervalWord& b) {
    return {0, static_cast<int64_t>(static_cast<uint64_t>(a.high) | kDigitMask |
                                    static_cast<uint64_t>(b.high))};
  }
};

template <int k>
IntervalWord ShiftRightSigned(const IntervalWord& a) {
  return {a.low >> k, a.high >> k};
}
template <int k>
IntervalWord ShiftLeft(const IntervalWord& a) {
  return IntervalWord::Of(WideDigit{a.low} * (WideDigit{1} << k),
                          WideDigit{a.high} * (WideDigit{1} << k));
}
inline IntervalWord ShiftRight(const IntervalWord& a, int k) { return {a.low >> k, a.high >> k}; }
// Of scalars alone, whose upper bits are cut off next.
inline IntervalWord ShiftLeft(const IntervalWord&, int) { return {0, INT64_MAX}; }

}  // namespace fleetca::p256::testing

#endif  // FLEETCA_P256_TESTING_INTERVAL_WORD_H_
