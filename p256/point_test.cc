// Points against OpenSSL's, exceptional cases among them.
#include "p256/point.h"

#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "p256/generator_table.h"
#include "p256/number.h"
#include "p256/odd_multiples.h"
#include "p256/shared_inverse.h"
#include "p256/testing/integer.h"
#include "p256/testing/portable_word.h"
#include "p256/testing/signatures.h"

namespace fleetca::p256::testing {
namespace {

using Word = PortableWord<8>;
using F = Field<Word>;

const Integer& R() {
  static const auto& r = *new Integer(Integer::PowerOfTwo(kMontgomeryBits));
  return r;
}

void SetLane(const Integer& a, int lane, F::Carried* lanes) {
  const NumberDigits digits = (a * R()).Modulo(Prime()).ToDigits();
  for (int i = 0; i < kDigits; ++i) {
    lanes->d[i].v[lane] = digits.digits[i];
  }
}

// Out of Montgomery's form, modulo p.
Integer Lane(const F::Raw& a, int lane) {
  Integer value;
  for (int i = kDigits - 1; i >= 0; --i) {
    value = value * Integer::PowerOfTwo(kDigitBits) + Integer(static_cast<int64_t>(a.d[i].v[lane]));
  }
  return (value * R().Inverse(Prime())).Modulo(Prime());
}

Affine<F> ToLanes(const std::vector<AffinePoint>& points) {
  Affine<F> lanes;
  for (int lane = 0; lane < Word::kLanes; ++lane) {
    SetLane(points[lane].x, lane, &lanes.x);
    SetLane(points[lane].y, lane, &lanes.y);
  }
  return lanes;
}

Jacobian<F> ToJacobian(const std::vector<AffinePoint>& points) {
  const Affine<F> affine = ToLanes(points);
  return {affine.x, affine.y, F::Broadcast(kModuloP.one)};
}

// Infinite where Z is 0.
AffinePoint PointOf(const Jacobian<F>& point, int lane) {
  const Integer z = Lane(point.z, lane);
  if (z == Integer(0)) {
    return {0, 0, true};
  }
  const Integer inverse = z.Inverse(Prime());
  return {(Lane(point.x, lane) * inverse * inverse).Modulo(Prime()),
          (Lane(point.y, lane) * inverse * inverse * inverse).Modulo(Prime())};
}

void ExpectEqual(const AffinePoint& actual, const AffinePoint& expected) {
  ASSERT_EQ(actual.infinite, expected.infinite);
  ASSERT_EQ(actual.x, expected.x);
  ASSERT_EQ(actual.y, expected.y);
}

std::vector<AffinePoint> Multiples(std::vector<Integer> k) {
  std::vector<AffinePoint> points;
  for (const Integer& one : k) {
    points.push_back(MultipleOfG(one));
  }
  return points;
}

TEST(CurveTest, ConstantsAreOpenSsls) {
  const AffinePoint g = MultipleOfG(1);
  EXPECT_EQ(Integer::Of(kGeneratorX), g.x);
  EXPECT_EQ(Integer::Of(kGeneratorY), g.y);
  // b = y^2 - x^3 + 3 x, of any point.
  for (const int k : {1, 2, 77}) {
    const AffinePoint point = MultipleOfG(k);
    EXPECT_EQ(
        Integer::Of(kCurveB),
        (point.y * point.y - point.x * point.x * point.x + Integer(3) * point.x).Modulo(Prime()));
  }
  EXPECT_TRUE(MultipleOfG(Order()).infinite);
  EXPECT_EQ(Integer::Of(kPrimeMinusOrder), Prime() - Order());
}

TEST(PointTest, DoublesAgainAndAgain) {
  std::vector<Integer> k = {1, 2, 3, Order() - 1, Order() - 2, 12345, Integer::PowerOfTwo(255)};
  k.push_back(Integer::Random(Order()));
  Jacobian<F> point = ToJacobian(Multiples(k));
  for (int round = 0; round < 260; ++round) {
    Double<F>(&point);
    for (int lane = 0; lane < Word::kLanes; ++lane) {
      k[lane] = (k[lane] + k[lane]).Modulo(Order());
      ASSERT_NO_FATAL_FAILURE(ExpectEqual(PointOf(point, lane), MultipleOfG(k[lane]))) << round;
    }
  }
}

TEST(PointTest, AddsAndSubtracts) {
  std::vector<Integer> k, other;
  for (int lane = 0; lane < Word::kLanes; ++lane) {
    k.push_back(Integer::Random(Order()));
    other.push_back(Integer::Random(Order()));
  }
  Jacobian<F> point = ToJacobian(Multiples(k));
  const Affine<F> q = ToLanes(Multiples(other));
  for (const uint32_t subtract : {0x00u, 0xffu, 0x5au, 0xa5u, 0x01u, 0x80u}) {
    Add<F>(&point, q, subtract);
    for (int lane = 0; lane < Word::kLanes; ++lane) {
      k[lane] = ((subtract >> lane) & 1) != 0 ? k[lane] - other[lane] : k[lane] + other[lane];
      ASSERT_NO_FATAL_FAILURE(ExpectEqual(PointOf(point, lane), MultipleOfG(k[lane])));
    }
  }
}

// What an addition cannot compute makes Z 0, in its own lane alone, and Z stays 0 for ever.
TEST(PointTest, AnExceptionalAdditionIsSeenAtTheEnd) {
  Jacobian<F> point = ToJacobian(Multiples({7, 7, 7, 7, 7, 7, 7, 7}));
  Add<F>(&point, ToLanes(Multiples({7, Order() - 7, 8, 7, Order() - 7, 9, 7, 7})), 0x18);
  const bool exceptional[] = {true, true, false, true, true, false, true, true};
  // 7 - 7 is infinity, 7 - (-7) is a doubling: exceptional either way.
  for (int round = 0; round < 20; ++round) {
    for (int lane = 0; lane < Word::kLanes; ++lane) {
      ASSERT_EQ(PointOf(point, lane).infinite, exceptional[lane]) << lane;
    }
    Double<F>(&point);
    Add<F>(&point, ToLanes(Multiples({1, 2, 3, 4, 5, 6, 7, 8})), 0x0f);
  }
}

TEST(OddMultiplesTest, AreAffineMultiples) {
  std::vector<Integer> k = {1, 2, 3, Order() - 1, 5, Integer::PowerOfTwo(200)};
  k.push_back(Integer::Random(Order()));
  k.push_back(Integer::Random(Order()));
  const auto table = std::make_unique<OddMultiples<F>>();
  F::Carried z = StartOddMultiples<F>(ToLanes(Multiples(k)), table.get());
  InvertAll<F, 1>(&z, 1);
  FinishOddMultiples<F>(z, table.get());
  for (int entry = 0; entry < kOddMultiples; ++entry) {
    const F::Carried x = F::Load(table->x[entry]);
    const F::Carried y = F::Load(table->y[entry]);
    for (int lane = 0; lane < Word::kLanes; ++lane) {
      ASSERT_NO_FATAL_FAILURE(ExpectEqual({Lane(x, lane), Lane(y, lane)},
                                          MultipleOfG(k[lane] * Integer(2 * entry + 1))));
    }
  }
}

TEST(GeneratorTableTest, HoldsOddMultiplesOfG) {
  const GeneratorTable* const table = TheGeneratorTable();
  ASSERT_NE(table, nullptr);
  for (int entry = 0; entry < kGeneratorMultiples; ++entry) {
    const AffinePoint expected = MultipleOfG(Integer(2 * entry + 1));
    ASSERT_EQ(Integer::Of(table->x[entry]), (expected.x * R()).Modulo(Prime())) << entry;
    ASSERT_EQ(Integer::Of(table->y[entry]), (expected.y * R()).Modulo(Prime())) << entry;
  }
}

}  // namespace
}  // namespace fleetca::p256::testing
