// Lanes are believed only where every lane gives every known answer.
#include "p256/known_answers.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "base/openssl.h"
#include "gtest/gtest.h"
#include "p256/generator_table.h"
#include "p256/lanes.h"
#include "p256/number.h"
#include "p256/testing/integer.h"
#include "p256/testing/portable_lanes.h"
#include "p256/testing/signatures.h"

namespace fleetca::p256::testing {
namespace {

bool Truth(const PublicSignature& signature) {
  for (const KnownAnswer& known : KnownAnswers()) {
    if (std::memcmp(&known.signature, &signature, sizeof signature) == 0) {
      return known.valid;
    }
  }
  ADD_FAILURE() << "a signature that is none of the known ones";
  return false;
}

// Says the truth but for one wrong answer in all: `answer`, in one lane of batches of one size.
class Liar {
 public:
  Liar(size_t batch, size_t lane, bool answer) : batch_(batch), lane_(lane), answer_(answer) {}

  void Verify(absl::Span<const PublicSignature> signatures, absl::Span<bool> valid) {
    for (size_t i = 0; i < signatures.size(); ++i) {
      valid[i] = Truth(signatures[i]);
    }
    if (!has_lied_ && signatures.size() == batch_ && valid[lane_] != answer_) {
      valid[lane_] = answer_;
      has_lied_ = true;
    }
  }
  bool has_lied() const { return has_lied_; }

 private:
  const size_t batch_;
  const size_t lane_;
  const bool answer_;
  bool has_lied_ = false;
};

bool IsBelieved(Liar* liar) {
  return GiveKnownAnswers([&](absl::Span<const PublicSignature> signatures,
                              absl::Span<bool> valid) { liar->Verify(signatures, valid); });
}

TEST(KnownAnswersTest, TheTruthIsBelieved) {
  Liar never(Lanes::kMostAtOnce + 1, 0, true);
  EXPECT_TRUE(IsBelieved(&never));
  EXPECT_FALSE(never.has_lied());
}

TEST(KnownAnswersTest, OneWrongLaneIsSeen) {
  for (const size_t batch : {size_t{8}, size_t{16}, Lanes::kMostAtOnce}) {
    for (const size_t lane : {0, 7, 8, 15, 63}) {
      for (const bool answer : {true, false}) {
        if (lane < batch) {
          Liar liar(batch, lane, answer);
          EXPECT_FALSE(IsBelieved(&liar)) << batch << " " << lane << " " << answer;
          EXPECT_TRUE(liar.has_lied()) << batch << " " << lane << " " << answer;
        }
      }
    }
  }
}

Integer NumberOf(const uint8_t (&octets)[32]) {
  return Integer::FromOctets({reinterpret_cast<const char*>(octets), sizeof octets});
}

// What masks decide: the signs of scalars that were negated, and the second candidate for x.
TEST(KnownAnswersTest, EveryMaskIsAsked) {
  std::set<std::pair<bool, bool>> parities;
  int over_the_order = 0, around_the_prime = 0;
  for (const KnownAnswer& known : KnownAnswers()) {
    EXPECT_EQ(IsValidByOpenSsl(known.signature), known.valid);
    const PublicSignature& signature = known.signature;
    const AffinePoint key = {NumberOf(signature.x), NumberOf(signature.y)};
    const Integer r = NumberOf(signature.r);
    const Integer s_inverse = NumberOf(signature.s).Inverse(Order());
    const Integer u1 = (NumberOf(signature.z) * s_inverse).Modulo(Order());
    const Integer u2 = (r * s_inverse).Modulo(Order());
    if (known.valid) {
      parities.emplace(BN_is_odd(u1.get()) != 0, BN_is_odd(u2.get()) != 0);
      over_the_order += Combination(u1, u2, key).x == r + Order();
    } else if (Prime() - Order() <= r) {
      const ScopedOpenSslErrorQueue queue;
      around_the_prime += r + Order() == Prime() + 5 && Combination(u1, u2, key).x == Integer(5);
    }
  }
  EXPECT_EQ(parities.size(), 4u);
  EXPECT_EQ(over_the_order, 1);
  EXPECT_EQ(around_the_prime, 1);
  EXPECT_TRUE(KnownAnswers()[0].valid);
}

// A unit whose lanes all say the same.
template <bool kAnswer>
constexpr LanesUnit kConstantUnit = {
    .is_compiled_in = [] { return true; },
    .verify_eight = [](const LaneNumbers<8>*, const GeneratorTable&, void*,
                       uint32_t* valid) { *valid = kAnswer ? 0xff : 0; },
    .verify_sixteen =
        [](const LaneNumbers<16>*, int blocks, const GeneratorTable&, void*, uint32_t* valid) {
          for (int i = 0; i < blocks; ++i) {
            valid[i] = kAnswer ? 0xffff : 0;
          }
        },
};

TEST(LanesCreationTest, LanesThatAreWrongAreNotMade) {
  LanesFailure failure = LanesFailure::kNone;
  EXPECT_EQ(Lanes::CreateFrom(kConstantUnit<true>, TheGeneratorTable(), &failure), nullptr);
  EXPECT_EQ(failure, LanesFailure::kWrongAnswer);
  failure = LanesFailure::kNone;
  EXPECT_EQ(Lanes::CreateFrom(kConstantUnit<false>, TheGeneratorTable(), &failure), nullptr);
  EXPECT_EQ(failure, LanesFailure::kWrongAnswer);
}

int lanes_of_eight = 0;
int lanes_of_sixteen = 0;

// The right lanes, which also count the signatures that eight and sixteen of them get.
TEST(LanesCreationTest, LanesThatAreRightAreMadeAndTakeWhatTheySay) {
  LanesUnit unit = PortableUnit();
  unit.verify_eight = [](const LaneNumbers<8>* numbers, const GeneratorTable& generator,
                         void* workspace, uint32_t* valid) {
    lanes_of_eight += std::popcount(numbers->usable);
    PortableUnit().verify_eight(numbers, generator, workspace, valid);
  };
  unit.verify_sixteen = [](const LaneNumbers<16>* numbers, int blocks,
                           const GeneratorTable& generator, void* workspace, uint32_t* valid) {
    for (int i = 0; i < blocks; ++i) {
      lanes_of_sixteen += std::popcount(numbers[i].usable);
    }
    PortableUnit().verify_sixteen(numbers, blocks, generator, workspace, valid);
  };
  LanesFailure failure = LanesFailure::kWrongAnswer;
  const auto lanes = Lanes::CreateFrom(unit, TheGeneratorTable(), &failure);
  ASSERT_NE(lanes, nullptr);
  EXPECT_EQ(failure, LanesFailure::kNone);
  for (const size_t count : {0, 1, 8, 9, 16, 17, 24, 25, 64, 70, 73}) {
    lanes_of_eight = lanes_of_sixteen = 0;
    const std::vector<PublicSignature> signatures(count, KnownAnswers()[0].signature);
    const auto valid = std::make_unique<bool[]>(count);
    lanes->Verify(signatures, {valid.get(), count});
    EXPECT_EQ(static_cast<size_t>(std::count(valid.get(), valid.get() + count, true)), count);
    EXPECT_EQ(static_cast<size_t>(lanes_of_sixteen), Lanes::InSixteenLanes(count)) << count;
    EXPECT_EQ(static_cast<size_t>(lanes_of_eight), count - Lanes::InSixteenLanes(count)) << count;
  }
}

TEST(LanesCreationTest, WhatIsMissingIsSaid) {
  LanesFailure failure = LanesFailure::kNone;
  EXPECT_EQ(Lanes::CreateFrom(kConstantUnit<true>, nullptr, &failure), nullptr);
  EXPECT_EQ(failure, LanesFailure::kNoGeneratorTable);
  LanesUnit unit = kConstantUnit<true>;
  unit.is_compiled_in = [] { return false; };
  EXPECT_EQ(Lanes::CreateFrom(unit, TheGeneratorTable(), &failure), nullptr);
  EXPECT_EQ(failure, LanesFailure::kNotCompiledIn);
}

}  // namespace
}  // namespace fleetca::p256::testing
