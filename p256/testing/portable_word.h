// Lanes of plain integers, which compute what the vectors of AVX-512 IFMA compute: so that the
// formulas are tested on every host, under sanitizers, and against the vectors themselves.
#ifndef FLEETCA_P256_TESTING_PORTABLE_WORD_H_
#define FLEETCA_P256_TESTING_PORTABLE_WORD_H_

#include <array>
#include <cstdint>

#include "p256/field.h"
#include "p256/number.h"
#include "p256/order.h"

namespace fleetca::p256::testing {

template <int kWidth>
struct PortableWord {
  static constexpr int kLanes = kWidth;
  static constexpr bool kCallsPay = true;
  using Mask = uint32_t;

  std::array<uint64_t, kWidth> v;

  // f(lane) in every lane.
  template <typename Function>
  static PortableWord Of(Function f) {
    PortableWord word;
    for (int i = 0; i < kWidth; ++i) {
      word.v[i] = f(i);
    }
    return word;
  }
  template <typename Function>
  static uint32_t MaskOf(Function f) {
    uint32_t mask = 0;
    for (int i = 0; i < kWidth; ++i) {
      mask |= uint32_t{f(i)} << i;
    }
    return mask;
  }

  static PortableWord Zero() { return Broadcast(0); }
  static PortableWord Broadcast(uint64_t a) {
    return Of([=](int) { return a; });
  }
  static PortableWord LaneIndices() {
    return Of([](int i) { return static_cast<uint64_t>(i); });
  }
  static PortableWord Load(const uint64_t* from) {
    return Of([=](int i) { return from[i]; });
  }
  static void Store(const PortableWord& a, uint64_t* to) {
    for (int i = 0; i < kWidth; ++i) {
      to[i] = a.v[i];
    }
  }
  static PortableWord MulLo(const PortableWord& sum, const PortableWord& a, const PortableWord& b) {
    return Of([&](int i) {
      return sum.v[i] + (static_cast<uint64_t>(Product(a.v[i], b.v[i])) & kDigitMask);
    });
  }
  static PortableWord MulHi(const PortableWord& sum, const PortableWord& a, const PortableWord& b) {
    return Of([&](int i) {
      return sum.v[i] + static_cast<uint64_t>(Product(a.v[i], b.v[i]) >> kDigitBits);
    });
  }
  static PortableWord Gather(const uint64_t* base, const PortableWord& index) {
    return Of([&](int i) { return base[index.v[i]]; });
  }
  static PortableWord Select(uint32_t mask, const PortableWord& a, const PortableWord& b) {
    return Of([&](int i) { return ((mask >> i) & 1) != 0 ? a.v[i] : b.v[i]; });
  }
  static PortableWord AddOrSubtract(uint32_t mask, const PortableWord& a, const PortableWord& b) {
    return Select(mask, a - b, a + b);
  }
  static uint32_t EqualMask(const PortableWord& a, const PortableWord& b) {
    return MaskOf([&](int i) { return a.v[i] == b.v[i]; });
  }
  template <int k>
  static PortableWord Rotate(const PortableWord& a) {
    return Of([&](int i) { return a.v[(i + k) % kWidth]; });
  }

  friend PortableWord operator+(const PortableWord& a, const PortableWord& b) {
    return Of([&](int i) { return a.v[i] + b.v[i]; });
  }
  friend PortableWord operator-(const PortableWord& a, const PortableWord& b) {
    return Of([&](int i) { return a.v[i] - b.v[i]; });
  }
  friend PortableWord operator&(const PortableWord& a, const PortableWord& b) {
    return Of([&](int i) { return a.v[i] & b.v[i]; });
  }
  friend PortableWord operator|(const PortableWord& a, const PortableWord& b) {
    return Of([&](int i) { return a.v[i] | b.v[i]; });
  }

 private:
  __extension__ using Wide = unsigned __int128;
  static Wide Product(uint64_t a, uint64_t b) {
    return Wide{a & kDigitMask} * Wide{b & kDigitMask};
  }
};

template <int k, int kWidth>
PortableWord<kWidth> ShiftRightSigned(const PortableWord<kWidth>& a) {
  return PortableWord<kWidth>::Of(
      [&](int i) { return static_cast<uint64_t>(static_cast<int64_t>(a.v[i]) >> k); });
}
template <int k, int kWidth>
PortableWord<kWidth> ShiftLeft(const PortableWord<kWidth>& a) {
  return PortableWord<kWidth>::Of([&](int i) { return a.v[i] << k; });
}
template <int kWidth>
PortableWord<kWidth> ShiftRight(const PortableWord<kWidth>& a, int k) {
  return PortableWord<kWidth>::Of([&](int i) { return a.v[i] >> k; });
}
template <int kWidth>
PortableWord<kWidth> ShiftLeft(const PortableWord<kWidth>& a, int k) {
  return PortableWord<kWidth>::Of([&](int i) { return a.v[i] << k; });
}
template <int kWidth>
uint32_t NegativeMask(const PortableWord<kWidth>& a) {
  return PortableWord<kWidth>::MaskOf([&](int i) { return (a.v[i] >> 63) != 0; });
}
template <int kWidth>
uint64_t FirstLane(const PortableWord<kWidth>& a) {
  return a.v[0];
}

// What verification.h computes with.
template <int kWidth>
struct PortableArithmetic {
  using Field = p256::Field<PortableWord<kWidth>>;
  using ScalarRing = p256::ScalarRing<PortableWord<kWidth>>;
};

}  // namespace fleetca::p256::testing

#endif  // FLEETCA_P256_TESTING_PORTABLE_WORD_H_
