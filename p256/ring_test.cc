// Arithmetic modulo p and n on digits at their extremes, against OpenSSL's integers.
#include "p256/ring.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "p256/field.h"
#include "p256/number.h"
#include "p256/order.h"
#include "p256/shared_inverse.h"
#include "p256/testing/integer.h"
#include "p256/testing/portable_word.h"

namespace fleetca::p256::testing {
namespace {

using Word = PortableWord<8>;
using TestField = Field<Word>;
using TestScalars = p256::ScalarRing<Word>;

// Numbers below 2^260 whose digits are 0, 1, 2^51, 2^52 - 2 and 2^52 - 1 in every combination, all
// bits of one, those around multiples of both moduli, and some random ones.
std::vector<Integer> ExtremeNumbers() {
  std::vector<Integer> numbers;
  const uint64_t digits[] = {0, 1, kDigitMask - 1, kDigitMask};
  for (int i = 0; i < 1024; ++i) {
    NumberDigits number;
    for (int digit = 0; digit < kDigits; ++digit) {
      number.digits[digit] = digits[(i >> (2 * digit)) & 3];
    }
    numbers.push_back(Integer::Of(number));
  }
  for (int bit = 0; bit < kMontgomeryBits; ++bit) {
    numbers.push_back(Integer::PowerOfTwo(bit));
  }
  for (const Number& modulus : {kFieldPrime, kGroupOrder}) {
    for (int k = 1; k < 16; ++k) {
      for (int more = -1; more <= 1; ++more) {
        numbers.push_back(Integer(k) * Integer::Of(modulus) + Integer(more));
      }
    }
  }
  for (int i = 0; i < 200; ++i) {
    numbers.push_back(Integer::Random(Integer::PowerOfTwo(kMontgomeryBits)));
  }
  return numbers;
}

template <typename R>
class RingTest : public ::testing::Test {
 public:
  using Raw = typename R::Raw;
  using Carried = typename R::Carried;

  static Integer Modulus() { return Integer::Of(R::Modulus::kConstants.modulus); }

  // Numbers first, first + 1, ... of the extreme ones in the lanes.
  Carried Lanes(size_t first) const {
    Carried lanes;
    for (int lane = 0; lane < Word::kLanes; ++lane) {
      const NumberDigits digits = At(first + lane).ToDigits();
      for (int i = 0; i < kDigits; ++i) {
        lanes.d[i].v[lane] = digits.digits[i];
      }
    }
    return lanes;
  }
  const Integer& At(size_t index) const { return numbers_[index % numbers_.size()]; }
  size_t size() const { return numbers_.size(); }

  // Signed digits.
  static Integer Value(const Raw& a, int lane) {
    Integer value;
    for (int i = kDigits - 1; i >= 0; --i) {
      value =
          value * Integer::PowerOfTwo(kDigitBits) + Integer(static_cast<int64_t>(a.d[i].v[lane]));
    }
    return value;
  }

  // A Montgomery product is right modulo m, and below what was promised.
  static void ExpectProduct(const Raw& actual, int lane, const Integer& product,
                            const Integer& addend) {
    const Integer r = Integer::PowerOfTwo(kMontgomeryBits);
    const Integer value = Value(actual, lane) - addend;
    ASSERT_EQ((value * r).Modulo(Modulus()), product.Modulo(Modulus()));
    ASSERT_TRUE(Integer(0) <= value);
    ASSERT_TRUE(value * r < product + Modulus() * r + r);
  }

 private:
  const std::vector<Integer> numbers_ = ExtremeNumbers();
};

using Rings = ::testing::Types<TestField, TestScalars>;
TYPED_TEST_SUITE(RingTest, Rings);

TYPED_TEST(RingTest, ConstantsFollowFromTheModulus) {
  const MontgomeryConstants& constants = TypeParam::Modulus::kConstants;
  const Integer m = this->Modulus();
  const Integer r = Integer::PowerOfTwo(kMontgomeryBits);
  EXPECT_EQ(Integer::Of(constants.one), r.Modulo(m));
  EXPECT_EQ(Integer::Of(constants.r_squared), (r * r).Modulo(m));
  EXPECT_EQ(Integer::Of(constants.r_cubed), (r * r * r).Modulo(m));
  const Integer low = Integer::PowerOfTwo(kDigitBits);
  EXPECT_EQ((Integer(static_cast<int64_t>(constants.negated_inverse)) * m + 1).Modulo(low),
            Integer(0));
}

TYPED_TEST(RingTest, MultipliesExtremeDigits) {
  for (size_t i = 0; i < this->size(); i += Word::kLanes) {
    const auto a = this->Lanes(i);
    for (const size_t step : {0, 1, 7, 341, 1023}) {
      const auto b = this->Lanes(i + step);
      const auto product = TypeParam::Mul(a, b);
      const auto sum = TypeParam::MulAdd(a, b, a - b);
      const auto two = TypeParam::MulMul(a, b, b, b);
      const auto square = TypeParam::Sqr(b);
      const auto square_sum = SqrAdd<TypeParam>(b, a - b);
      for (int lane = 0; lane < Word::kLanes; ++lane) {
        const Integer& x = this->At(i + lane);
        const Integer& y = this->At(i + step + lane);
        ASSERT_NO_FATAL_FAILURE(this->ExpectProduct(product, lane, x * y, 0));
        ASSERT_NO_FATAL_FAILURE(this->ExpectProduct(sum, lane, x * y, x - y));
        ASSERT_NO_FATAL_FAILURE(this->ExpectProduct(two, lane, x * y + y * y, 0));
        ASSERT_NO_FATAL_FAILURE(this->ExpectProduct(square, lane, y * y, 0));
        ASSERT_NO_FATAL_FAILURE(this->ExpectProduct(square_sum, lane, y * y, x - y));
      }
    }
  }
}

// The dirt above the 52 bits of a multiplicand is not read.
TYPED_TEST(RingTest, CarriesSignedDigits) {
  for (size_t i = 0; i < this->size(); i += Word::kLanes) {
    const auto a = this->Lanes(i);
    const auto b = this->Lanes(i + 5);
    // a, in digits that go below 0 and over 2^52: a + b + b - b - b.
    const typename TypeParam::Raw raw = Twice(b) + Twice(b) - Thrice(b) - b + a;
    typename TypeParam::Raw shifted = raw;
    for (int digit = 0; digit + 1 < kDigits; ++digit) {
      // Moves 3 2^52 from each digit to the next.
      shifted.d[digit] = shifted.d[digit] - Word::Broadcast(3 * (kDigitMask + 1));
      shifted.d[digit + 1] = shifted.d[digit + 1] + Word::Broadcast(3);
    }
    const auto normal = TypeParam::Normalize(shifted);
    const auto product = TypeParam::Mul(TypeParam::Carry(shifted), b);
    for (int lane = 0; lane < Word::kLanes; ++lane) {
      ASSERT_EQ(this->Value(normal, lane), this->At(i + lane));
      for (int digit = 0; digit < kDigits; ++digit) {
        ASSERT_LE(normal.d[digit].v[lane], kDigitMask);
      }
      ASSERT_NO_FATAL_FAILURE(
          this->ExpectProduct(product, lane, this->At(i + lane) * this->At(i + 5 + lane), 0));
    }
  }
}

TYPED_TEST(RingTest, ReducesBelowTwiceTheModulus) {
  const Integer m = this->Modulus();
  const Integer numbers[] = {0, 1, m - 1, m, m + 1, m + m - 1, m + m - 2, Integer::PowerOfTwo(255)};
  typename TypeParam::Raw raw;
  for (int lane = 0; lane < Word::kLanes; ++lane) {
    const NumberDigits digits = numbers[lane].ToDigits();
    for (int i = 0; i < kDigits; ++i) {
      raw.d[i].v[lane] = digits.digits[i];
    }
  }
  const auto reduced = TypeParam::Reduce(raw);
  for (int lane = 0; lane < Word::kLanes; ++lane) {
    EXPECT_EQ(this->Value(reduced, lane), numbers[lane].Modulo(m)) << lane;
  }
}

TYPED_TEST(RingTest, InvertsAllLanesOfSeveralVectors) {
  const Integer m = this->Modulus();
  const Integer r = Integer::PowerOfTwo(kMontgomeryBits);
  for (int count = 1; count <= 4; ++count) {
    typename TypeParam::Carried values[4];
    for (int i = 0; i < count; ++i) {
      values[i] = this->Lanes(2000 + 8 * i);  // none of these is 0 modulo m
    }
    typename TypeParam::Carried inverses[4] = {values[0], values[1], values[2], values[3]};
    InvertAll<TypeParam, 4>(inverses, count);
    for (int i = 0; i < count; ++i) {
      for (int lane = 0; lane < Word::kLanes; ++lane) {
        // x R times x^-1 R is R^2.
        EXPECT_EQ((this->Value(inverses[i], lane) * this->Value(values[i], lane)).Modulo(m),
                  (r * r).Modulo(m));
      }
    }
  }
}

class FieldTest : public RingTest<TestField> {};

TEST_F(FieldTest, FoldsEveryNumber) {
  const Integer limit = Integer::PowerOfTwo(256) + Integer::PowerOfTwo(229);
  for (size_t i = 0; i < size(); i += Word::kLanes) {
    const auto b = Lanes(i + 11);
    const TestField::Raw raw = Thrice(b) - Twice(b) - b + Lanes(i);
    const auto folded = TestField::Fold(raw);
    const uint32_t zero = TestField::IsZero(raw);
    for (int lane = 0; lane < Word::kLanes; ++lane) {
      const Integer value = Value(folded, lane);
      ASSERT_EQ(value.Modulo(Modulus()), At(i + lane).Modulo(Modulus()));
      ASSERT_TRUE(value < limit);
      ASSERT_EQ(((zero >> lane) & 1) != 0, At(i + lane).Modulo(Modulus()) == Integer(0));
    }
  }
}

// The digits below hold as much as they may, and the top digit is too large or too small for it.
TEST_F(FieldTest, FoldsFullDigits) {
  const Integer limit = Integer::PowerOfTwo(256) + Integer::PowerOfTwo(229);
  const Word full = Word::Broadcast(uint64_t{1} << 60);
  const Word carry = Word::Broadcast(uint64_t{1} << 8);
  for (size_t i = 0; i < size(); i += Word::kLanes) {
    TestField::Raw more = Lanes(i);
    TestField::Raw less = Lanes(i);
    for (int digit = 0; digit + 1 < kDigits; ++digit) {
      more.d[digit] = more.d[digit] + full;
      more.d[digit + 1] = more.d[digit + 1] - carry;
      less.d[digit] = less.d[digit] - full;
      less.d[digit + 1] = less.d[digit + 1] + carry;
    }
    for (const TestField::Raw& raw : {more, less}) {
      const auto folded = TestField::Fold(raw);
      for (int lane = 0; lane < Word::kLanes; ++lane) {
        ASSERT_EQ(Value(raw, lane), At(i + lane));
        const Integer value = Value(folded, lane);
        ASSERT_EQ(value.Modulo(Modulus()), At(i + lane).Modulo(Modulus()));
        ASSERT_TRUE(Integer(0) <= value && value < limit);
      }
    }
  }
}

}  // namespace
}  // namespace fleetca::p256::testing
