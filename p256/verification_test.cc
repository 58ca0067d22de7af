// The masks of a verification: which lanes count at all.
#include "p256/verification.h"

#include <cstdint>
#include <memory>

#include "gtest/gtest.h"
#include "p256/fill_lanes.h"
#include "p256/generator_table.h"
#include "p256/known_answers.h"
#include "p256/lane_numbers.h"
#include "p256/testing/integer.h"
#include "p256/testing/portable_word.h"
#include "p256/testing/signatures.h"

namespace fleetca::p256::testing {
namespace {

constexpr int kLanes = 8;
using Arithmetic = PortableArithmetic<kLanes>;

using Numbers = LaneNumbers<kLanes>;

// On the heap: AddressSanitizer of g++ 12 gives a variable of a function 32 octets of alignment,
// and these want 64.
std::unique_ptr<Numbers> Filled(const PublicSignature& signature) {
  auto numbers = std::make_unique<Numbers>();
  PublicSignature all[kLanes];
  for (PublicSignature& one : all) {
    one = signature;
  }
  FillLanes<kLanes>(all, numbers.get());
  return numbers;
}

uint32_t Verify(const Numbers& numbers) {
  const auto block = std::make_unique<Block<Arithmetic>>();
  uint32_t valid = 0;
  VerifyBlocks<Arithmetic>(&numbers, 1, *TheGeneratorTable(), block.get(), &valid);
  return valid;
}

TEST(VerificationTest, ALaneThatIsNotUsableSaysNothing) {
  const std::unique_ptr<Numbers> numbers = Filled(KnownAnswers()[0].signature);
  EXPECT_EQ(Verify(*numbers), 0xffu);
  numbers->usable = 0x5a;
  EXPECT_EQ(Verify(*numbers), 0x5au);
  numbers->usable = 0;
  EXPECT_EQ(Verify(*numbers), 0u);
}

TEST(VerificationTest, TheSecondCoordinateIsTriedWhereItIsBelowThePrime) {
  Integer x = Order();
  while (WithX(x).infinite) {
    x = x + 1;
  }
  const std::unique_ptr<Numbers> numbers = Filled(SignatureWithX(x));
  EXPECT_EQ(numbers->wraps, 0xffu);
  EXPECT_EQ(Verify(*numbers), 0xffu);
  numbers->wraps = 0xf0;
  EXPECT_EQ(Verify(*numbers), 0xf0u);
}

// The key of a lane that does not count is G in every digit: whatever else it were, it could put a
// 0 into the shared inversion.
TEST(VerificationTest, AKeyThatDoesNotCountIsG) {
  const AffinePoint key = MultipleOfG(77);
  const PublicSignature good = MakeSignature(1, 1, 1, key);
  const PublicSignature signatures[kLanes] = {
      good,
      MakeSignature(1, 1, 1, {key.x, key.y + 1}),
      MakeSignature(1, 1, 1, {0, 0}),
      MakeSignature(1, 1, 1, OffCurvePointOfOrderThree()),
      good,
      MakeSignature(1, 1, 1, {key.x + 1, key.y}),
      good,  // not usable
      good,
  };
  const auto numbers = std::make_unique<Numbers>();
  FillLanes<kLanes>(signatures, numbers.get());
  numbers->usable &= ~uint32_t{0x40};
  const auto block = std::make_unique<Block<Arithmetic>>();
  ReadKey<Arithmetic>(*numbers, block.get());
  EXPECT_EQ(block->candidates, 0x91u);
  const Integer r = Integer::PowerOfTwo(kMontgomeryBits);
  const AffinePoint g = MultipleOfG(1);
  for (int lane = 0; lane < kLanes; ++lane) {
    const bool counts = ((block->candidates >> lane) & 1) != 0;
    NumberDigits x, y;
    for (int i = 0; i < kDigits; ++i) {
      x.digits[i] = block->key.x.d[i].v[lane];
      y.digits[i] = block->key.y.d[i].v[lane];
    }
    if (counts) {
      EXPECT_EQ(Integer::Of(x).Modulo(Prime()), (key.x * r).Modulo(Prime())) << lane;
      EXPECT_EQ(Integer::Of(y).Modulo(Prime()), (key.y * r).Modulo(Prime())) << lane;
    } else {
      EXPECT_EQ(Integer::Of(x), (g.x * r).Modulo(Prime())) << lane;
      EXPECT_EQ(Integer::Of(y), (g.y * r).Modulo(Prime())) << lane;
    }
  }
}

// What the lanes held before leaves no trace.
TEST(FillLanesTest, NumbersAreFilledAnew) {
  const auto numbers = std::make_unique<Numbers>();
  const AffinePoint g = MultipleOfG(1);
  const PublicSignature wraps = MakeSignature(1, 1, 1, g);
  const PublicSignature all[kLanes] = {wraps, wraps, wraps, wraps, wraps, wraps, wraps, wraps};
  FillLanes<kLanes>(all, numbers.get());
  EXPECT_EQ(numbers->usable, 0xffu);
  EXPECT_EQ(numbers->wraps, 0xffu);
  const PublicSignature one[] = {MakeSignature(Order() - 1, 1, 1, g)};
  FillLanes<kLanes>(one, numbers.get());
  EXPECT_EQ(numbers->usable, 0x01u);
  EXPECT_EQ(numbers->wraps, 0x00u);
}

TEST(FillLanesTest, WhatIsOutOfRangeIsIdle) {
  const AffinePoint g = MultipleOfG(1);
  const Integer top = Integer::PowerOfTwo(256) - 1;
  const PublicSignature signatures[] = {
      MakeSignature(1, 1, top, g),
      MakeSignature(0, 1, 1, g),
      MakeSignature(1, Order(), 1, g),
      MakeSignature(Order() - 1, Order() - 1, 0, g),
      MakeSignature(1, 1, 1, {Prime(), g.y}),
      MakeSignature(1, 1, 1, {g.x, Prime()}),
  };
  const auto numbers = std::make_unique<Numbers>();
  FillLanes<kLanes>(signatures, numbers.get());
  EXPECT_EQ(numbers->usable, 0x09u);
  // r + n is below p for r = 1, and not for r = n - 1.
  EXPECT_EQ(numbers->wraps, 0x01u);
  EXPECT_EQ(numbers->z[0][0], kDigitMask);
  EXPECT_EQ(numbers->z[kDigits - 1][0], (uint64_t{1} << 48) - 1);
  // The idle lanes hold numbers in range, whose signature is not valid.
  EXPECT_EQ(Verify(*numbers) & 0xf6u, 0u);
  numbers->usable = 0xff;
  EXPECT_EQ(Verify(*numbers) & 0xf6u, 0u);
}

}  // namespace
}  // namespace fleetca::p256::testing
