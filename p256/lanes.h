// ECDSA verification over P-256, eight or sixteen signatures at a time, on processors with AVX-512
// IFMA.
//
// Public numbers only. What a certification request shows to everybody is all that has a parameter
// here; the time that a verification takes, and the memory that it touches, depend on it. No secret
// may come here: signing is OpenSSL's.
#ifndef FLEETCA_P256_LANES_H_
#define FLEETCA_P256_LANES_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/types/span.h"
#include "p256/generator_table.h"
#include "p256/lane_numbers.h"

namespace fleetca::p256 {

// One signature and the key it is to be verified with, each number in 32 octets, big endian.
struct PublicSignature {
  uint8_t r[32];
  uint8_t s[32];
  // The left 256 bits of the digest; a shorter one has zeros on the left.
  uint8_t z[32];
  // The key's point.
  uint8_t x[32];
  uint8_t y[32];
};

// What computes: the unit for AVX-512 (lanes_avx512.h), or a test's.
struct LanesUnit {
  bool (*is_compiled_in)();
  void (*verify_eight)(const LaneNumbers<8>* numbers, const GeneratorTable& generator,
                       void* workspace, uint32_t* valid);
  void (*verify_sixteen)(const LaneNumbers<16>* numbers, int blocks,
                         const GeneratorTable& generator, void* workspace, uint32_t* valid);
};

// Why there are no lanes.
enum class LanesFailure {
  kNone,
  kNotCompiledIn,     // this program was not compiled for AVX-512 IFMA
  kNoGeneratorTable,  // OpenSSL could not compute the multiples of the generator
  kWrongAnswer,       // a known answer came out wrong in some lane
};

// Immutable; thread-safe.
class Lanes {
 public:
  // Signatures that are verified at once share inversions; more are taken in several goes.
  static constexpr size_t kMostAtOnce = 64;

  // How many of `count` signatures sixteen lanes verify: the first of them. Eight lanes verify the
  // rest, by other machine code.
  static constexpr size_t InSixteenLanes(size_t count) {
    return count % 16 > 8 ? count : count - count % 16;
  }

  // Null where they fail; `failure` then says how. The caller has made sure that the processor has
  // AVX-512 IFMA (base/cpu_features.h).
  static std::unique_ptr<const Lanes> Create(LanesFailure* failure = nullptr);
  // By another unit, and by multiples of the generator that are null where OpenSSL failed.
  static std::unique_ptr<const Lanes> CreateFrom(const LanesUnit& unit,
                                                 const GeneratorTable* generator,
                                                 LanesFailure* failure);

  // valid[i]: signatures[i] is certainly valid. False says nothing: the signature may be wrong, its
  // numbers out of range, the point off the curve, or the sum of a kind that the lanes do not
  // compute; OpenSSL is to be asked. The spans have the same size.
  //
  // Up to eight signatures are verified in one vector of eight lanes, at the cost of one; more are
  // verified in blocks of sixteen lanes.
  void Verify(absl::Span<const PublicSignature> signatures, absl::Span<bool> valid) const;

 private:
  Lanes(const LanesUnit& unit, const GeneratorTable& generator)
      : unit_(unit), generator_(generator) {}

  const LanesUnit unit_;
  const GeneratorTable& generator_;
};

}  // namespace fleetca::p256

#endif  // FLEETCA_P256_LANES_H_
