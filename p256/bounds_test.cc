// Proves that no number of the verification leaves its five digits, whatever the signatures are.
//
// It runs the code of a verification, table, ladder and end, over intervals (interval_ring.h). The
// code has no branch on numbers, so one run is all runs. `mutants` makes each offset smaller and
// sees this program fail.
#include <cstdio>
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "p256/generator_table.h"
#include "p256/lane_numbers.h"
#include "p256/testing/integer.h"
#include "p256/testing/interval_ring.h"
#include "p256/testing/interval_word.h"
#include "p256/verification.h"

namespace fleetca::p256::testing {
namespace {

TEST(BoundsTest, NoNumberLeavesItsDigits) {
  const auto numbers = std::make_unique<LaneNumbers<1>[]>(kMostBlocks);
  const auto blocks = std::make_unique<Block<IntervalArithmetic>[]>(kMostBlocks);
  const auto generator = std::make_unique<GeneratorTable>();  // bounds of its entries are known
  uint32_t valid[kMostBlocks];
  VerifyBlocks<IntervalArithmetic>(numbers.get(), kMostBlocks, *generator, blocks.get(), valid);

  const BoundsReport& report = BoundsReport::Global();
  std::printf("Numbers where they are carried, in multiples of the modulus:\n%s",
              report.ToText().c_str());
  std::printf("the largest: %.6f of %.6f\n", report.Largest(),
              Integer::PowerOfTwo(kMontgomeryBits).Over(Integer::Of(kFieldPrime)));
  for (const std::string& broken : report.broken()) {
    ADD_FAILURE() << broken;
  }
  EXPECT_EQ(0, IntervalWord::Overflows());
  EXPECT_GT(report.Largest(), 8);  // it has seen something
}

}  // namespace
}  // namespace fleetca::p256::testing
