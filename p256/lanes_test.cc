// Whole verifications against OpenSSL's: in the vectors, where the processor has them, and in plain
// integers everywhere.
#include "p256/lanes.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <thread>
#include <vector>

#include "base/cpu_features.h"
#include "gtest/gtest.h"
#include "p256/known_answers.h"
#include "p256/lanes_avx512.h"
#include "p256/number.h"
#include "p256/testing/engines.h"
#include "p256/testing/integer.h"
#include "p256/testing/signatures.h"

namespace fleetca::p256::testing {
namespace {

class LanesTest : public ::testing::TestWithParam<Engine> {
 public:
  void SetUp() override {
    if (GetParam() == Engine::kAvx512 && !HasAvx512Ifma()) {
      GTEST_SKIP() << "this processor has no AVX-512 IFMA";
    }
    if (GetParam() == Engine::kAvx512) {
      ASSERT_NE(TheLanes(), nullptr);
    }
  }

  static std::vector<bool> Verify(const std::vector<PublicSignature>& signatures) {
    return VerifyBy(GetParam(), signatures);
  }

  // Plain integers take a hundred times longer.
  static int Many(int many) { return GetParam() == Engine::kAvx512 ? many : many / 20; }

  // No lane says yes to what OpenSSL refuses. How many valid signatures the lanes leave to OpenSSL.
  static int ExpectNoWrongYes(const std::vector<PublicSignature>& signatures) {
    int left = 0;
    const std::vector<bool> valid = Verify(signatures);
    for (size_t i = 0; i < signatures.size(); ++i) {
      const bool expected = IsValidByOpenSsl(signatures[i]);
      EXPECT_TRUE(expected || !valid[i]) << i;
      left += expected && !valid[i];
    }
    return left;
  }
};

void FlipABit(uint8_t (&octets)[32]) {
  const uint64_t bit = Integer::Random(256).ToDigits().digits[0];
  octets[bit / 8] = static_cast<uint8_t>(octets[bit / 8] ^ (1 << (bit % 8)));
}

// Every second one corrupted, in r, s, z or the key by turns.
std::vector<PublicSignature> RandomSignatures(int count) {
  std::vector<PublicSignature> signatures;
  for (int i = 0; i < count; ++i) {
    PublicSignature signature = RandomSignature();
    if (i % 2 == 1) {
      switch (i / 2 % 5) {
        case 0:
          FlipABit(signature.r);
          break;
        case 1:
          FlipABit(signature.s);
          break;
        case 2:
          FlipABit(signature.z);
          break;
        case 3:
          FlipABit(signature.x);
          break;
        case 4:
          FlipABit(signature.y);
          break;
      }
    }
    signatures.push_back(signature);
  }
  return signatures;
}

TEST_P(LanesTest, JudgesRandomSignaturesAsOpenSslDoes) {
  // A random signature never needs a sum that the lanes cannot compute.
  EXPECT_EQ(ExpectNoWrongYes(RandomSignatures(Many(4000))), 0);
}

TEST_P(LanesTest, JudgesEveryFillOfEveryBlock) {
  const std::vector<PublicSignature> signatures = RandomSignatures(80);
  const int step = GetParam() == Engine::kAvx512 ? 1 : 9;
  for (int fill = 1; fill <= 80; fill += step) {
    for (int first = 0; first + fill <= 80; first += 79) {
      EXPECT_EQ(ExpectNoWrongYes({signatures.begin() + first, signatures.begin() + first + fill}),
                0);
    }
  }
  EXPECT_TRUE(Verify({}).empty());
}

// One bad lane among good ones, in every position: numbers out of range, a point off the curve, one
// of which the table of multiples cannot be computed, a sum that is infinity.
TEST_P(LanesTest, ABadLaneHarmsNoNeighbour) {
  const AffinePoint g = MultipleOfG(1);
  std::vector<PublicSignature> bad = {
      MakeSignature(0, 1, 1, g),
      MakeSignature(1, 0, 1, g),
      MakeSignature(Order(), 1, 1, g),
      MakeSignature(1, Order(), 1, g),
      MakeSignature(1, 1, 1, {0, 0}),
      MakeSignature(1, 1, 1, {Prime(), Prime()}),
      MakeSignature(1, 1, 1, {g.x, g.y + 1}),
      SignatureOf(5, Order() - 5, 1),
      SignatureOf(5, 5, 1),
      MakeSignature(1, 1, 1, OffCurvePointOfOrderThree()),
      MakeSignature(1, 1, 1, OffCurvePointOfOrderThree()),
  };
  for (const int fill : {2, 8, 16, 33}) {
    std::vector<PublicSignature> good;
    for (int i = 0; i < fill; ++i) {
      good.push_back(RandomSignature());
    }
    for (size_t kind = 0; kind < bad.size(); ++kind) {
      for (int at = 0; at < fill; at += GetParam() == Engine::kAvx512 ? 1 : 7) {
        std::vector<PublicSignature> signatures = good;
        signatures[at] = bad[kind];
        const std::vector<bool> valid = Verify(signatures);
        for (int i = 0; i < fill; ++i) {
          ASSERT_TRUE(i == at || valid[i]) << "kind " << kind << " at " << at << ", lane " << i;
        }
        ASSERT_TRUE(!valid[at] || IsValidByOpenSsl(bad[kind]));
      }
    }
  }
}

std::vector<Integer> EdgeScalars() {
  std::vector<Integer> scalars;
  for (const int k : {1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 511, 512, 1023, 1024}) {
    scalars.push_back(k);
    scalars.push_back(Order() - Integer(k));
  }
  for (const int bit : {128, 250, 255}) {
    scalars.push_back(Integer::PowerOfTwo(bit));
  }
  return scalars;
}

// u1, u2 and the key's k near 0 and n, so that additions meet equal and opposite points.
TEST_P(LanesTest, JudgesExceptionalSums) {
  const std::vector<Integer> scalars = EdgeScalars();
  std::vector<PublicSignature> signatures;
  const size_t step = GetParam() == Engine::kAvx512 ? 1 : 13;
  size_t turn = 0;
  for (const Integer& u1 : scalars) {
    for (const Integer& u2 : scalars) {
      for (const int k : {1, 2, 3, 5, 31, 32}) {
        if (++turn % step == 0) {
          signatures.push_back(SignatureOf(u1, u2, k));
        }
      }
    }
  }
  const int left = ExpectNoWrongYes(signatures);
  std::printf("%d of %zu valid signatures are left to OpenSSL\n", left, signatures.size());
  EXPECT_GT(left, 0);
  EXPECT_LT(left, static_cast<int>(signatures.size()) / 2);
}

TEST_P(LanesTest, JudgesNumbersAtTheEndsOfTheirRanges) {
  const Integer top = Integer::PowerOfTwo(256) - 1;
  const std::vector<Integer> ends = {0,           1,           2,       Order() - 1, Order(),
                                     Order() + 1, Prime() - 1, Prime(), top};
  const AffinePoint g = MultipleOfG(1);
  std::vector<PublicSignature> signatures;
  for (const Integer& a : ends) {
    for (const Integer& b : ends) {
      for (const Integer& c : ends) {
        signatures.push_back(MakeSignature(a, b, c, g));
      }
      signatures.push_back(MakeSignature(1, 1, 1, {a, b}));
    }
  }
  ExpectNoWrongYes(signatures);
}

// A digest of n or more is reduced: what is valid with z is valid with z + n.
TEST_P(LanesTest, ReducesTheDigest) {
  std::vector<PublicSignature> signatures;
  for (int z = 0; z < 32; ++z) {
    // The sum is k G, so the key is (k - u1) / u2 times G.
    const Integer k = Integer::Random(Order() - 1) + 1;
    const Integer r = MultipleOfG(k).x.Modulo(Order());
    const Integer s = Integer::Random(Order() - 1) + 1;
    const Integer u1 = Integer(z) * s.Inverse(Order());
    const AffinePoint key = MultipleOfG((k - u1) * s * r.Inverse(Order()));
    signatures.push_back(MakeSignature(r, s, z, key));
    signatures.push_back(MakeSignature(r, s, Integer(z) + Order(), key));
  }
  for (const bool valid : Verify(signatures)) {
    EXPECT_TRUE(valid);
  }
  EXPECT_EQ(ExpectNoWrongYes(signatures), 0);
}

// 2^-32 of all signatures: x of the sum is n or more, so r is x - n.
TEST_P(LanesTest, TakesCoordinatesOverTheOrder) {
  std::vector<PublicSignature> signatures;
  Integer x = Order();
  while (signatures.size() < 48) {
    x = x + 1;
    if (!WithX(x).infinite) {
      signatures.push_back(SignatureWithX(x));
      // r itself is no coordinate of the sum.
      PublicSignature wrong = signatures.back();
      wrong.z[0] ^= 1;
      signatures.push_back(wrong);
    }
  }
  for (x = Prime(); signatures.size() < 96;) {
    x = x - 1;
    if (!WithX(x).infinite) {
      signatures.push_back(SignatureWithX(x));
    }
  }
  EXPECT_EQ(ExpectNoWrongYes(signatures), 0);
}

// r + n is tried only where it is below p: here it would be x of the sum modulo p.
TEST_P(LanesTest, DoesNotWrapAroundThePrime) {
  std::vector<PublicSignature> signatures;
  for (Integer x = 0; signatures.size() < 16; x = x + 1) {
    const AffinePoint sum = WithX(x);
    if (sum.infinite) {
      continue;
    }
    // A sum with this x, but r = x + p - n, so that r + n = x modulo p.
    const Integer r = x + Prime() - Order();
    const Integer s = Integer::Random(Order() - 1) + 1;
    const Integer z = Integer::Random(Order());
    const Integer inverse = r.Inverse(Order());
    signatures.push_back(
        MakeSignature(r, s, z, Combination(Integer(0) - z * inverse, s * inverse, sum)));
  }
  for (const bool valid : Verify(signatures)) {
    EXPECT_FALSE(valid);
  }
  ExpectNoWrongYes(signatures);
}

TEST_P(LanesTest, GivesTheKnownAnswers) {
  std::vector<PublicSignature> signatures;
  for (const KnownAnswer& answer : KnownAnswers()) {
    signatures.push_back(answer.signature);
    EXPECT_EQ(IsValidByOpenSsl(answer.signature), answer.valid);
  }
  const std::vector<bool> valid = Verify(signatures);
  for (size_t i = 0; i < signatures.size(); ++i) {
    EXPECT_EQ(valid[i], KnownAnswers()[i].valid) << i;
  }
}

TEST_P(LanesTest, VerifiesInManyThreads) {
  const std::vector<PublicSignature> signatures = RandomSignatures(20);
  const std::vector<bool> expected = Verify(signatures);
  std::vector<std::thread> threads;
  std::array<bool, 4> same = {};
  for (size_t thread = 0; thread < same.size(); ++thread) {
    threads.emplace_back([&, thread] {
      same[thread] = true;
      for (int round = 0; round < Many(200); ++round) {
        same[thread] = same[thread] && Verify(signatures) == expected;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(std::count(same.begin(), same.end(), true), 4);
}

INSTANTIATE_TEST_SUITE_P(Engines, LanesTest, ::testing::Values(Engine::kPortable, Engine::kAvx512),
                         [](const auto& engine) { return NameOf(engine.param); });

TEST(LanesUnitTest, AreCompiledInWhereThisProgramIsForX86) {
#if defined(__x86_64__)
  EXPECT_TRUE(Avx512IsCompiledIn());
#endif
}

}  // namespace
}  // namespace fleetca::p256::testing
