#include "p256/lanes_avx512.h"

#if defined(__AVX512IFMA__) && defined(__AVX512DQ__) && defined(__AVX512VL__)

// g++ 12 warns of its own header: what _mm512_undefined_epi32 answers is not initialized, and is
// not used either (gcc.gnu.org/PR105593).
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include <immintrin.h>

#include "p256/field.h"
#include "p256/order.h"
#include "p256/verification.h"

// Everything here has internal linkage. An inline function or template that other units also use
// would be a weak symbol; the linker could keep this unit's AVX-512 copy for the whole program,
// which other processors cannot execute. lanes_symbols_test checks this.
namespace fleetca::p256 {
namespace {

// Eight lanes in one register.
struct OneVector {
  static constexpr int kLanes = 8;
  static constexpr bool kCallsPay = false;
  using Mask = uint32_t;

  __m512i v;

  static OneVector Zero() { return {_mm512_setzero_si512()}; }
  static OneVector Broadcast(uint64_t a) { return {_mm512_set1_epi64(static_cast<long long>(a))}; }
  static OneVector LaneIndices() { return {_mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0)}; }
  static OneVector Load(const uint64_t* from) { return {_mm512_load_si512(from)}; }
  static void Store(const OneVector& a, uint64_t* to) { _mm512_store_si512(to, a.v); }

  // sum + the low, or high, 52 bits of the product of the low 52 bits of a and b.
  static OneVector MulLo(const OneVector& sum, const OneVector& a, const OneVector& b) {
    return {_mm512_madd52lo_epu64(sum.v, a.v, b.v)};
  }
  static OneVector MulHi(const OneVector& sum, const OneVector& a, const OneVector& b) {
    return {_mm512_madd52hi_epu64(sum.v, a.v, b.v)};
  }

  // Lane i is word index[i] from `base`.
  static OneVector Gather(const uint64_t* base, const OneVector& index) {
    return {_mm512_i64gather_epi64(index.v, base, 8)};
  }
  static OneVector Select(uint32_t mask, const OneVector& a, const OneVector& b) {
    return {_mm512_mask_blend_epi64(static_cast<__mmask8>(mask), b.v, a.v)};
  }
  // a - b in the lanes of the mask, a + b in the others.
  static OneVector AddOrSubtract(uint32_t mask, const OneVector& a, const OneVector& b) {
    return {
        _mm512_mask_sub_epi64(_mm512_add_epi64(a.v, b.v), static_cast<__mmask8>(mask), a.v, b.v)};
  }
  static uint32_t EqualMask(const OneVector& a, const OneVector& b) {
    return _mm512_cmpeq_epi64_mask(a.v, b.v);
  }
  template <int k>
  static OneVector Rotate(const OneVector& a) {
    return {_mm512_alignr_epi64(a.v, a.v, k)};
  }

  friend OneVector operator+(const OneVector& a, const OneVector& b) {
    return {_mm512_add_epi64(a.v, b.v)};
  }
  friend OneVector operator-(const OneVector& a, const OneVector& b) {
    return {_mm512_sub_epi64(a.v, b.v)};
  }
  friend OneVector operator&(const OneVector& a, const OneVector& b) {
    return {_mm512_and_si512(a.v, b.v)};
  }
  friend OneVector operator|(const OneVector& a, const OneVector& b) {
    return {_mm512_or_si512(a.v, b.v)};
  }
};

template <int k>
OneVector ShiftRightSigned(const OneVector& a) {
  return {_mm512_srai_epi64(a.v, k)};
}
template <int k>
OneVector ShiftLeft(const OneVector& a) {
  return {_mm512_slli_epi64(a.v, k)};
}
OneVector ShiftRight(const OneVector& a, int k) {
  return {_mm512_srl_epi64(a.v, _mm_cvtsi32_si128(k))};
}
OneVector ShiftLeft(const OneVector& a, int k) {
  return {_mm512_sll_epi64(a.v, _mm_cvtsi32_si128(k))};
}
uint32_t NegativeMask(const OneVector& a) { return _mm512_movepi64_mask(a.v); }
uint64_t FirstLane(const OneVector& a) {
  return static_cast<uint64_t>(_mm_cvtsi128_si64(_mm512_castsi512_si128(a.v)));
}

// Sixteen lanes in two registers. Every step is done in both before the next one, so the second
// uses the time in which the first waits for its result.
struct TwoVectors {
  static constexpr int kLanes = 16;
  static constexpr bool kCallsPay = true;
  using Mask = uint32_t;

  OneVector a, b;

  static TwoVectors Zero() { return {OneVector::Zero(), OneVector::Zero()}; }
  static TwoVectors Broadcast(uint64_t x) {
    return {OneVector::Broadcast(x), OneVector::Broadcast(x)};
  }
  static TwoVectors LaneIndices() {
    return {OneVector::LaneIndices(), OneVector::LaneIndices() + OneVector::Broadcast(8)};
  }
  static TwoVectors Load(const uint64_t* from) {
    return {OneVector::Load(from), OneVector::Load(from + 8)};
  }
  static void Store(const TwoVectors& x, uint64_t* to) {
    OneVector::Store(x.a, to);
    OneVector::Store(x.b, to + 8);
  }
  static TwoVectors MulLo(const TwoVectors& sum, const TwoVectors& x, const TwoVectors& y) {
    return {OneVector::MulLo(sum.a, x.a, y.a), OneVector::MulLo(sum.b, x.b, y.b)};
  }
  static TwoVectors MulHi(const TwoVectors& sum, const TwoVectors& x, const TwoVectors& y) {
    return {OneVector::MulHi(sum.a, x.a, y.a), OneVector::MulHi(sum.b, x.b, y.b)};
  }
  static TwoVectors Gather(const uint64_t* base, const TwoVectors& index) {
    return {OneVector::Gather(base, index.a), OneVector::Gather(base, index.b)};
  }
  static TwoVectors Select(uint32_t mask, const TwoVectors& x, const TwoVectors& y) {
    return {OneVector::Select(mask & 0xff, x.a, y.a), OneVector::Select(mask >> 8, x.b, y.b)};
  }
  static TwoVectors AddOrSubtract(uint32_t mask, const TwoVectors& x, const TwoVectors& y) {
    return {OneVector::AddOrSubtract(mask & 0xff, x.a, y.a),
            OneVector::AddOrSubtract(mask >> 8, x.b, y.b)};
  }
  static uint32_t EqualMask(const TwoVectors& x, const TwoVectors& y) {
    return OneVector::EqualMask(x.a, y.a) | (OneVector::EqualMask(x.b, y.b) << 8);
  }
  // Lanes 8 to 15 follow lane 7. A rotation by 8 exchanges the registers; a smaller one is asked
  // for only where both hold the same.
  template <int k>
  static TwoVectors Rotate(const TwoVectors& x) {
    if constexpr (k == 8) {
      return {x.b, x.a};
    } else {
      return {OneVector::Rotate<k>(x.a), OneVector::Rotate<k>(x.b)};
    }
  }

  friend TwoVectors operator+(const TwoVectors& x, const TwoVectors& y) {
    return {x.a + y.a, x.b + y.b};
  }
  friend TwoVectors operator-(const TwoVectors& x, const TwoVectors& y) {
    return {x.a - y.a, x.b - y.b};
  }
  friend TwoVectors operator&(const TwoVectors& x, const TwoVectors& y) {
    return {x.a & y.a, x.b & y.b};
  }
  friend TwoVectors operator|(const TwoVectors& x, const TwoVectors& y) {
    return {x.a | y.a, x.b | y.b};
  }
};

template <int k>
TwoVectors ShiftRightSigned(const TwoVectors& x) {
  return {ShiftRightSigned<k>(x.a), ShiftRightSigned<k>(x.b)};
}
template <int k>
TwoVectors ShiftLeft(const TwoVectors& x) {
  return {ShiftLeft<k>(x.a), ShiftLeft<k>(x.b)};
}
TwoVectors ShiftRight(const TwoVectors& x, int k) {
  return {ShiftRight(x.a, k), ShiftRight(x.b, k)};
}
TwoVectors ShiftLeft(const TwoVectors& x, int k) { return {ShiftLeft(x.a, k), ShiftLeft(x.b, k)}; }
uint32_t NegativeMask(const TwoVectors& x) { return NegativeMask(x.a) | (NegativeMask(x.b) << 8); }
uint64_t FirstLane(const TwoVectors& x) { return FirstLane(x.a); }

template <typename W>
struct Arithmetic {
  using Field = p256::Field<W>;
  using ScalarRing = p256::ScalarRing<W>;
};

template <typename W>
void Verify(const LaneNumbers<W::kLanes>* numbers, int blocks, const GeneratorTable& generator,
            void* workspace, uint32_t* valid) {
  using WorkBlock = Block<Arithmetic<W>>;
  static_assert(sizeof(WorkBlock[kMostBlocks]) <= kWorkspaceBytes && alignof(WorkBlock) <= 64);
  // Vectors are trivial types: what lies in the workspace needs no construction.
  VerifyBlocks<Arithmetic<W>>(numbers, blocks, generator, static_cast<WorkBlock*>(workspace),
                              valid);
}

}  // namespace

bool Avx512IsCompiledIn() { return true; }

void VerifyEightLanes(const LaneNumbers<8>* numbers, const GeneratorTable& generator,
                      void* workspace, uint32_t* valid) {
  Verify<OneVector>(numbers, 1, generator, workspace, valid);
}

void VerifySixteenLanes(const LaneNumbers<16>* numbers, int blocks, const GeneratorTable& generator,
                        void* workspace, uint32_t* valid) {
  Verify<TwoVectors>(numbers, blocks, generator, workspace, valid);
}

}  // namespace fleetca::p256

#else  // not compiled for AVX-512

namespace fleetca::p256 {

bool Avx512IsCompiledIn() { return false; }
void VerifyEightLanes(const LaneNumbers<8>*, const GeneratorTable&, void*, uint32_t* valid) {
  *valid = 0;
}
void VerifySixteenLanes(const LaneNumbers<16>*, int blocks, const GeneratorTable&, void*,
                        uint32_t* valid) {
  for (int i = 0; i < blocks; ++i) {
    valid[i] = 0;
  }
}

}  // namespace fleetca::p256

#endif
