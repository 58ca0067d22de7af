// Keys for which a chosen addition of the ladder meets equal or opposite points: the lane says
// nothing, and all others say what is right.
#include <algorithm>
#include <vector>

#include "base/cpu_features.h"
#include "gtest/gtest.h"
#include "p256/lanes.h"
#include "p256/testing/engines.h"
#include "p256/testing/integer.h"
#include "p256/testing/ladder_model.h"
#include "p256/testing/signatures.h"

namespace fleetca::p256::testing {
namespace {

Integer RandomScalar() { return Integer::Random(Order() - 1) + 1; }

class ExceptionalAdditionsTest : public ::testing::TestWithParam<Engine> {
 public:
  void SetUp() override {
    if (GetParam() == Engine::kAvx512 && !HasAvx512Ifma()) {
      GTEST_SKIP() << "this processor has no AVX-512 IFMA";
    }
    if (GetParam() == Engine::kAvx512) {
      ASSERT_NE(TheLanes(), nullptr);
    }
  }
};

TEST_P(ExceptionalAdditionsTest, ALaneThatMeetsOneSaysNothingAndItsNeighboursAreRight) {
  const std::vector<LadderAddition> additions = LadderAdditions();
  ASSERT_EQ(std::count_if(additions.begin(), additions.end(),
                          [](const LadderAddition& addition) { return addition.of_key; }),
            51);
  ASSERT_EQ(additions.size(), 51u + 26u);
  std::vector<PublicSignature> signatures;
  int infinite = 0;
  for (const LadderAddition& addition : additions) {
    for (const bool opposite : {false, true}) {
      const Integer u1 = RandomScalar();
      const Integer u2 = RandomScalar();
      const Integer k = KeyThatCollides(u1, u2, addition, opposite);
      if (addition == additions.front()) {
        // 32 Q and an odd multiple up to 31 Q: no key makes them equal.
        EXPECT_EQ(k, Integer(0));
        continue;
      }
      const std::vector<LadderAddition> met = ExceptionalAdditions(u1, u2, k);
      ASSERT_EQ(std::count(met.begin(), met.end(), addition), 1);
      signatures.push_back(SignatureOf(u1, u2, k));
      infinite += (u1 + u2 * k).Modulo(Order()) == Integer(0);
      // The next key that meets none: almost always k + 1.
      Integer next = k + 1;
      while (!ExceptionalAdditions(u1, u2, next).empty()) {
        next = next + 1;
      }
      signatures.push_back(SignatureOf(u1, u2, next));
    }
  }
  ASSERT_EQ(signatures.size(), 2u * 2 * 76);
  const std::vector<bool> valid = VerifyBy(GetParam(), signatures);
  int left = 0;
  for (size_t i = 0; i < signatures.size(); ++i) {
    EXPECT_EQ(valid[i], i % 2 == 1) << "addition " << i / 4 + 1;
    left += IsValidByOpenSsl(signatures[i]) && !valid[i];
  }
  // All are valid but for the one whose last addition gives infinity.
  EXPECT_EQ(infinite, 1);
  EXPECT_EQ(left, 2 * 76 - infinite);
}

// u1 G = u2 Q, whose sum is 2 u1 G and meets no exceptional addition, and u1 G = -u2 Q, whose last
// addition gives infinity.
TEST_P(ExceptionalAdditionsTest, SumsOfEqualPointsAreComputedAndOfOppositeOnesAreNot) {
  std::vector<PublicSignature> signatures;
  for (int i = 0; i < 40; ++i) {
    const Integer k = RandomScalar();
    const Integer u2 = RandomScalar();
    const Integer product = (u2 * k).Modulo(Order());
    const Integer u1 = i % 2 == 0 ? product : Order() - product;
    EXPECT_EQ(ExceptionalAdditions(u1, u2, k).empty(), i % 2 == 0);
    signatures.push_back(SignatureOf(u1, u2, k));
  }
  const std::vector<bool> valid = VerifyBy(GetParam(), signatures);
  for (size_t i = 0; i < signatures.size(); ++i) {
    EXPECT_EQ(valid[i], i % 2 == 0) << i;
    EXPECT_EQ(IsValidByOpenSsl(signatures[i]), i % 2 == 0) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, ExceptionalAdditionsTest,
                         ::testing::Values(Engine::kPortable, Engine::kAvx512),
                         [](const auto& engine) { return NameOf(engine.param); });

}  // namespace
}  // namespace fleetca::p256::testing
