// Proves that no number of the verification leaves its five digits, whatever the signatures are.
//
// It runs the code of a verification, table, ladder and end, over intervals (interval_ring.h, which
// says what it does not follow). The code has no branch on numbers, so one run is all runs: a mask
// has no value there, so a branch on one does not compile, and a step that were left out would
// change the count of what is required.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <type_traits>

#include "gtest/gtest.h"
#include "p256/generator_table.h"
#include "p256/lane_numbers.h"
#include "p256/testing/bounds_report.h"
#include "p256/testing/integer.h"
#include "p256/testing/interval_ring.h"
#include "p256/testing/interval_word.h"
#include "p256/verification.h"

namespace fleetca::p256::testing {
namespace {

static_assert(!std::is_constructible_v<bool, IntervalMask>);
static_assert(!std::is_constructible_v<uint32_t, IntervalMask>);

// How often a verification of four blocks requires something of a number. Whoever adds or removes a
// carry in the formulas changes it.
constexpr int kRequirements = 24096;

// How many multiples of p keep differences from being negative: the constants of offsets.h.
constexpr size_t kOffsets = 22;

void RunVerification() {
  const auto numbers = std::make_unique<LaneNumbers<1>[]>(kMostBlocks);
  const auto blocks = std::make_unique<Block<IntervalArithmetic>[]>(kMostBlocks);
  const auto generator = std::make_unique<GeneratorTable>();  // bounds of its entries are known
  IntervalMask valid[kMostBlocks];
  VerifyBlocks<IntervalArithmetic>(numbers.get(), kMostBlocks, *generator, blocks.get(), valid);
}

TEST(BoundsTest, NoNumberLeavesItsDigits) {
  BoundsReport::Restart();
  RunVerification();
  const BoundsReport& report = BoundsReport::Global();
  std::printf("Numbers where they are carried, in multiples of the modulus:\n%s",
              report.ToText().c_str());
  std::printf("the largest: %.6f of %.6f\n", report.Largest(),
              Integer::PowerOfTwo(kMontgomeryBits).Over(Integer::Of(kFieldPrime)));
  for (const std::string& broken : report.broken()) {
    ADD_FAILURE() << broken;
  }
  EXPECT_EQ(0, IntervalWord::Overflows());
  EXPECT_EQ(report.requirements(), kRequirements);
  EXPECT_GT(report.Largest(), 8);  // it has seen something
}

// So each offset is the least that does, and the proof sees each.
TEST(BoundsTest, EveryOffsetIsTheLeastThatDoes) {
  BoundsReport::Restart();
  RunVerification();
  const std::set<std::string> offsets = BoundsReport::Global().offsets();
  EXPECT_EQ(offsets.size(), kOffsets);
  for (const std::string& offset : offsets) {
    BoundsReport::Restart(offset);
    RunVerification();
    EXPECT_FALSE(BoundsReport::Global().broken().empty()) << offset;
  }
  BoundsReport::Restart();
}

// Digits of products, which are added up without being carried, against the 2^57 of ring.h.
template <typename M>
void ExpectProductsBelow(double mul, double mul_mul) {
  using R = Ring<IntervalWord, M>;
  typename R::Multiplicand largest;
  for (IntervalWord& digit : largest.d) {
    digit = {0, static_cast<int64_t>(kDigitMask)};
  }
  const auto expect_below = [](const typename R::Raw& product, double limit) {
    for (const IntervalWord& digit : product.d) {
      EXPECT_GE(digit.low, 0);
      EXPECT_LE(digit.high, limit * static_cast<double>(uint64_t{1} << kDigitBits));
    }
  };
  expect_below(R::Mul(largest, largest), mul);
  expect_below(R::Sqr(largest), mul);
  expect_below(R::MulMul(largest, largest, largest, largest), mul_mul);
}

TEST(BoundsTest, DigitsOfProductsAreFarBelow64Bits) {
  ExpectProductsBelow<FieldModulus>(12.2, 21.2);
  ExpectProductsBelow<OrderModulus>(15.5, 24.5);
}

}  // namespace
}  // namespace fleetca::p256::testing
