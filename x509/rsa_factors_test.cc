#include "x509/rsa_factors.h"

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

double MillisecondsOf(absl::string_view modulus) {
  const std::clock_t start = std::clock();
  EXPECT_EQ(FindRsaFactorFlaw(modulus), RsaModulusFlaw::kNone);
  return 1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

class RsaFactorsTest : public ::testing::Test {
 protected:
  RsaFactorsTest() { ForgetSoundRsaModuliForTesting(); }
};

TEST_F(RsaFactorsTest, SoundModuliPass) {
  for (const int bits : {1024, 1030, 1500}) {
    EXPECT_EQ(FindRsaFactorFlaw(Product(RandomPrime(bits).get(), RandomPrime(1024).get())),
              RsaModulusFlaw::kNone);
  }
}

TEST_F(RsaFactorsTest, FindsFactorsBelowTwoToTheTwentieth) {
  const BignumPtr large = RandomPrime(2040);
  // The first, the first that the cheap check leaves, some between, and the last.
  for (const BN_ULONG factor : {3, 757, 7919, 65537, 104729, 524287, 1048571, 1048573}) {
    const std::string modulus = Product(large.get(), Number(factor).get());
    EXPECT_EQ(FindRsaFactorFlaw(modulus), RsaModulusFlaw::kSmallFactor) << factor;
    // Also when it is remembered.
    EXPECT_EQ(FindRsaFactorFlaw(modulus), RsaModulusFlaw::kSmallFactor) << factor;
  }
  // The first prime above.
  EXPECT_EQ(FindRsaFactorFlaw(Product(large.get(), Number(1048583).get())), RsaModulusFlaw::kNone);
}

TEST_F(RsaFactorsTest, FindsPrimes) {
  for (const int bits : {2048, 2056}) {
    const std::string prime = Bytes(RandomPrime(bits).get());
    EXPECT_EQ(FindRsaFactorFlaw(prime), RsaModulusFlaw::kPrime) << bits;
    EXPECT_EQ(FindRsaFactorFlaw(prime), RsaModulusFlaw::kPrime) << bits;
  }
}

TEST_F(RsaFactorsTest, AsksNoModulusOfMoreThan4096Bits) {
  // 757 times an odd number.
  BignumPtr number(BN_new());
  BN_rand(number.get(), 4100, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD);
  EXPECT_EQ(FindRsaFactorFlaw(Product(number.get(), Number(757).get())), RsaModulusFlaw::kNone);
  BN_rand(number.get(), 4080, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD);
  EXPECT_EQ(FindRsaFactorFlaw(Product(number.get(), Number(757).get())),
            RsaModulusFlaw::kSmallFactor);
}

// What a key costs that was never seen, and what it costs again.
TEST_F(RsaFactorsTest, RemembersWhatItFound) {
  // The table of primes is made with the first.
  MillisecondsOf(Product(RandomPrime(1024).get(), RandomPrime(1024).get()));
  for (const int bits : {2048, 3072, 4096}) {
    const std::string modulus = Product(RandomPrime(bits / 2).get(), RandomPrime(bits / 2).get());
    const double first = MillisecondsOf(modulus);
    constexpr int kAgain = 100;
    double again = 0;
    for (int i = 0; i < kAgain; ++i) {
      again += MillisecondsOf(modulus) / kAgain;
    }
    std::printf("%d bits: %.3f ms at first, %.4f ms again\n", bits, first, again);
    EXPECT_LT(again, first / 10) << bits;
    ForgetSoundRsaModuliForTesting();
    EXPECT_GT(MillisecondsOf(modulus), 10 * again) << bits;
  }
}

}  // namespace
}  // namespace fleetca::x509
