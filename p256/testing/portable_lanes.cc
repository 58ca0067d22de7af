#include "p256/testing/portable_lanes.h"

#include <algorithm>
#include <memory>

#include "p256/fill_lanes.h"
#include "p256/generator_table.h"
#include "p256/lane_numbers.h"
#include "p256/testing/portable_word.h"
#include "p256/verification.h"

namespace fleetca::p256::testing {
namespace {

template <int kLanes>
void VerifyOnHeap(const LaneNumbers<kLanes>* numbers, int blocks, const GeneratorTable& generator,
                  uint32_t* valid) {
  using Arithmetic = PortableArithmetic<kLanes>;
  const auto work = std::make_unique<Block<Arithmetic>[]>(blocks);
  VerifyBlocks<Arithmetic>(numbers, blocks, generator, work.get(), valid);
}

}  // namespace

LanesUnit PortableUnit() {
  return {.is_compiled_in = [] { return true; },
          .verify_eight = [](const LaneNumbers<8>* numbers, const GeneratorTable& generator, void*,
                             uint32_t* valid) { VerifyOnHeap(numbers, 1, generator, valid); },
          .verify_sixteen =
              [](const LaneNumbers<16>* numbers, int blocks, const GeneratorTable& generator, void*,
                 uint32_t* valid) { VerifyOnHeap(numbers, blocks, generator, valid); }};
}

void VerifyPortably(absl::Span<const PublicSignature> signatures, absl::Span<bool> valid) {
  constexpr size_t kLanes = 8;
  using Arithmetic = PortableArithmetic<kLanes>;
  const auto blocks = std::make_unique<Block<Arithmetic>[]>(kMostBlocks);
  const auto numbers = std::make_unique<LaneNumbers<kLanes>[]>(kMostBlocks);
  for (size_t first = 0; first < signatures.size(); first += kLanes * kMostBlocks) {
    const auto some = signatures.subspan(first, kLanes * kMostBlocks);
    const int count = static_cast<int>((some.size() + kLanes - 1) / kLanes);
    for (int i = 0; i < count; ++i) {
      FillLanes(some.subspan(i * kLanes, kLanes), &numbers[i]);
    }
    uint32_t masks[kMostBlocks];
    VerifyBlocks<Arithmetic>(numbers.get(), count, *TheGeneratorTable(), blocks.get(), masks);
    for (size_t i = 0; i < some.size(); ++i) {
      valid[first + i] = ((masks[i / kLanes] >> (i % kLanes)) & 1) != 0;
    }
  }
}

}  // namespace fleetca::p256::testing
