#include "p256/inverse.h"

#include "gtest/gtest.h"
#include "p256/number.h"
#include "p256/testing/integer.h"

namespace fleetca::p256::testing {
namespace {

struct Side {
  Number modulus;
  NumberDigits (*inverse)(const NumberDigits&);
};

class InverseTest : public ::testing::TestWithParam<Side> {};

TEST_P(InverseTest, IsOpenSslsInverse) {
  const Integer m = Integer::Of(GetParam().modulus);
  const auto expect_inverse = [&](const Integer& a) {
    const Integer inverse = Integer::Of(GetParam().inverse(a.ToDigits()));
    ASSERT_TRUE(inverse < m);
    ASSERT_EQ(inverse, a.Inverse(m)) << a.ToHex();
  };
  for (int i = 1; i < 200; ++i) {
    ASSERT_NO_FATAL_FAILURE(expect_inverse(Integer(i)));
    ASSERT_NO_FATAL_FAILURE(expect_inverse(m - Integer(i)));
    ASSERT_NO_FATAL_FAILURE(expect_inverse(m + Integer(i)));
  }
  for (int bit = 0; bit < kMontgomeryBits; ++bit) {
    ASSERT_NO_FATAL_FAILURE(expect_inverse(Integer::PowerOfTwo(bit)));
    ASSERT_NO_FATAL_FAILURE(
        expect_inverse(Integer::PowerOfTwo(kMontgomeryBits) - Integer::PowerOfTwo(bit)));
  }
  for (int i = 0; i < 5000; ++i) {
    ASSERT_NO_FATAL_FAILURE(expect_inverse(Integer::Random(Integer::PowerOfTwo(kMontgomeryBits))));
  }
}

TEST_P(InverseTest, OfZeroIsZero) {
  const Integer m = Integer::Of(GetParam().modulus);
  for (int k = 0; k < 16; ++k) {
    EXPECT_EQ(Integer::Of(GetParam().inverse((Integer(k) * m).ToDigits())), Integer(0)) << k;
  }
}

INSTANTIATE_TEST_SUITE_P(Moduli, InverseTest,
                         ::testing::Values(Side{kFieldPrime, InverseModuloP},
                                           Side{kGroupOrder, InverseModuloN}));

}  // namespace
}  // namespace fleetca::p256::testing
