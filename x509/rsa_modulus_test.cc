#include "x509/rsa_modulus.h"

#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string>

#include "base/openssl.h"
#include "gtest/gtest.h"

namespace fleetca::x509 {
namespace {

// OpenSSL's calls here fail only for want of memory, which no test survives.
BignumPtr Number(BN_ULONG value) {
  BignumPtr number(BN_new());
  BN_set_word(number.get(), value);
  return number;
}

BignumPtr RandomPrime(int bits) {
  BignumPtr prime(BN_new());
  BN_generate_prime_ex(prime.get(), bits, 0, nullptr, nullptr, nullptr);
  return prime;
}

BignumPtr NextPrime(const BIGNUM* start) {
  BignumPtr prime(BN_dup(start));
  if (!BN_is_odd(prime.get())) {
    BN_add_word(prime.get(), 1);
  }
  while (BN_check_prime(prime.get(), nullptr, nullptr) != 1) {
    BN_add_word(prime.get(), 2);
  }
  return prime;
}

std::string Bytes(const BIGNUM* number) {
  std::string bytes(static_cast<size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, AsUnsigned(bytes.data()));
  return bytes;
}

std::string Product(const BIGNUM* p, const BIGNUM* q) {
  const BnCtxPtr context(BN_CTX_new());
  const BignumPtr n(BN_new());
  BN_mul(n.get(), p, q, context.get());
  return Bytes(n.get());
}

// floor(sqrt(n)) by bisection: slow, and not the way of the code under test.
BignumPtr SquareRoot(const BIGNUM* n) {
  const BnCtxPtr context(BN_CTX_new());
  BignumPtr root = Number(0);
  const BignumPtr square(BN_new());
  for (int bit = BN_num_bits(n) / 2; bit >= 0; --bit) {
    BN_set_bit(root.get(), bit);
    BN_sqr(square.get(), root.get(), context.get());
    if (BN_cmp(square.get(), n) > 0) {
      BN_clear_bit(root.get(), bit);
    }
  }
  return root;
}

// A prime of Infineon's form: k * M + (65537^a mod M), M the product of the primes to 167.
BignumPtr RocaPrime(int bits) {
  const BnCtxPtr context(BN_CTX_new());
  BignumPtr m = Number(1);
  for (BN_ULONG candidate = 2; candidate <= 167; ++candidate) {
    const BignumPtr number = Number(candidate);
    if (BN_check_prime(number.get(), nullptr, nullptr) == 1) {
      BN_mul_word(m.get(), candidate);
    }
  }
  const BignumPtr generator = Number(65537);
  const BignumPtr a(BN_new());
  BignumPtr prime(BN_new());
  do {
    BN_rand_range(a.get(), m.get());
    BN_mod_exp(a.get(), generator.get(), a.get(), m.get(), context.get());
    BN_rand(prime.get(), bits - BN_num_bits(m.get()), BN_RAND_TOP_TWO, BN_RAND_BOTTOM_ANY);
    BN_mul(prime.get(), prime.get(), m.get(), context.get());
    BN_add(prime.get(), prime.get(), a.get());
  } while (BN_check_prime(prime.get(), nullptr, nullptr) != 1);
  return prime;
}

TEST(RsaModulusTest, SoundModuliPass) {
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(FindRsaModulusFlaw(Product(RandomPrime(1024).get(), RandomPrime(1024).get())),
              RsaModulusFlaw::kNone);
  }
  EXPECT_EQ(FindRsaModulusFlaw(Product(RandomPrime(1030).get(), RandomPrime(1020).get())),
            RsaModulusFlaw::kNone);
}

TEST(RsaModulusTest, FindsEverySmallFactor) {
  const BignumPtr large = RandomPrime(2040);
  for (BN_ULONG factor = 2; factor < 752; ++factor) {
    EXPECT_EQ(FindRsaModulusFlaw(Product(large.get(), Number(factor).get())),
              RsaModulusFlaw::kSmallFactor)
        << factor;
  }
  EXPECT_EQ(FindRsaModulusFlaw(Product(large.get(), Number(757).get())), RsaModulusFlaw::kNone);
}

TEST(RsaModulusTest, FindsRocaKeys) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(FindRsaModulusFlaw(Product(RocaPrime(1024).get(), RocaPrime(1024).get())),
              RsaModulusFlaw::kRoca);
  }
  // One such prime alone is not the fingerprint.
  EXPECT_EQ(FindRsaModulusFlaw(Product(RocaPrime(1024).get(), RandomPrime(1024).get())),
            RsaModulusFlaw::kNone);
}

TEST(RsaModulusTest, FindsSquaresAndNeighbours) {
  const BignumPtr p = RandomPrime(1024);
  EXPECT_EQ(FindRsaModulusFlaw(Product(p.get(), p.get())), RsaModulusFlaw::kCloseFactors);
  const BignumPtr next(BN_dup(p.get()));
  BN_add_word(next.get(), 2);
  EXPECT_EQ(FindRsaModulusFlaw(Product(p.get(), NextPrime(next.get()).get())),
            RsaModulusFlaw::kCloseFactors);
}

// Factors d apart are found after about d^2 / (8 sqrt(n)) steps.
RsaModulusFlaw FlawOfFactorsFoundAfter(BN_ULONG steps) {
  const BnCtxPtr context(BN_CTX_new());
  const BignumPtr p = RandomPrime(1024);
  BignumPtr distance(BN_dup(p.get()));
  BN_mul_word(distance.get(), 8 * steps);
  distance = SquareRoot(distance.get());
  BN_add(distance.get(), distance.get(), p.get());
  return FindRsaModulusFlaw(Product(p.get(), NextPrime(distance.get()).get()));
}

TEST(RsaModulusTest, FermatTakesAHundredSteps) {
  for (const BN_ULONG steps : {1, 2, 10, 50, 90, 98}) {
    EXPECT_EQ(FlawOfFactorsFoundAfter(steps), RsaModulusFlaw::kCloseFactors) << steps;
  }
  for (const BN_ULONG steps : {103, 110, 1000}) {
    EXPECT_EQ(FlawOfFactorsFoundAfter(steps), RsaModulusFlaw::kNone) << steps;
  }
}

TEST(RsaModulusTest, TinyInputIsNoModulus) {
  EXPECT_EQ(FindRsaModulusFlaw(""), RsaModulusFlaw::kSmallFactor);
  EXPECT_EQ(FindRsaModulusFlaw("\x03"), RsaModulusFlaw::kSmallFactor);
}

TEST(RsaModulusTest, TheLargestModulusTakesUnderFiveMilliseconds) {
  // Any number that passes all the checks costs what a true modulus costs.
  std::string modulus;
  do {
    const BignumPtr number(BN_new());
    BN_rand(number.get(), 8192, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD);
    modulus = Bytes(number.get());
  } while (FindRsaModulusFlaw(modulus) != RsaModulusFlaw::kNone);
  constexpr int kRounds = 50;
  const std::clock_t start = std::clock();
  for (int i = 0; i < kRounds; ++i) {
    ASSERT_EQ(FindRsaModulusFlaw(modulus), RsaModulusFlaw::kNone);
  }
  const double milliseconds =
      1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC / kRounds;
  std::printf("8192 bits: %.3f ms of CPU\n", milliseconds);
  EXPECT_LT(milliseconds, 5.0);
}

}  // namespace
}  // namespace fleetca::x509
