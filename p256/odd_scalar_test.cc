#include <vector>

#include "gtest/gtest.h"
#include "p256/generator_table.h"
#include "p256/number.h"
#include "p256/odd_multiples.h"
#include "p256/order.h"
#include "p256/testing/integer.h"
#include "p256/testing/portable_word.h"
#include "p256/testing/signatures.h"

namespace fleetca::p256::testing {
namespace {

using Word = PortableWord<8>;
using O = p256::ScalarRing<Word>;

OddScalar<O> OddScalarOf(const Integer& u) { return OddScalar<O>::Of(O::Broadcast(u.ToDigits())); }

// The sum of the digits, with their weights, and the sign of the scalar.
Integer SumOfDigits(const OddScalar<O>& scalar, int width, int top, bool last_is_one) {
  Integer sum;
  for (int at = 0; at < top; at += width) {
    const OddScalar<O>::Digit digit = scalar.DigitAt(at, width);
    const Integer magnitude(static_cast<int64_t>(2 * digit.entry.v[0] + 1));
    const Integer weight = Integer::PowerOfTwo(at);
    sum = (digit.negative & 1) != 0 ? sum - magnitude * weight : sum + magnitude * weight;
  }
  const Integer last(
      last_is_one ? 1 : static_cast<int64_t>(2 * scalar.LastEntryAt(top, width).v[0] + 1));
  sum = sum + last * Integer::PowerOfTwo(top);
  return ((scalar.flipped & 1) != 0 ? Integer(0) - sum : sum).Modulo(Order());
}

TEST(OddScalarTest, DigitsSumUpToTheScalar) {
  std::vector<Integer> scalars = {0, 1, 2, 3, 4, 5, 31, 32, 33, Order() - 1, Order() - 2};
  for (int bit = 0; bit < 256; ++bit) {
    scalars.push_back(Integer::PowerOfTwo(bit).Modulo(Order()));
    scalars.push_back((Integer::PowerOfTwo(bit) - 1).Modulo(Order()));
    scalars.push_back(Integer::Random(Order()));
  }
  for (const Integer& u : scalars) {
    const OddScalar<O> odd = OddScalarOf(u);
    // The key's, in 51 windows of 5 bits and a last digit that is 1; the generator's, in 25 of 10.
    ASSERT_EQ(SumOfDigits(odd, kPointWindow, 255, true), u) << u.ToHex();
    ASSERT_EQ(SumOfDigits(odd, kGeneratorWindow, 250, false), u) << u.ToHex();
  }
}

}  // namespace
}  // namespace fleetca::p256::testing
