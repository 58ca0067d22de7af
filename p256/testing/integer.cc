#include "p256/testing/integer.h"

#include <cstdio>
#include <cstdlib>

namespace fleetca::p256::testing {
namespace {

void Require(bool condition) {
  if (!condition) {
    std::fprintf(stderr, "OpenSSL cannot compute: %s\n", DrainOpenSslErrors().c_str());
    std::abort();
  }
}

BN_CTX* Context() {
  static BN_CTX* const context = BN_CTX_new();
  return context;
}

}  // namespace

Integer::Integer(int64_t value) : number_(BN_new()) {
  Require(BN_set_word(get(), static_cast<uint64_t>(value < 0 ? -value : value)) == 1);
  BN_set_negative(get(), value < 0 ? 1 : 0);
}

Integer Integer::Of(const Number& number) {
  Integer result;
  for (int i = 3; i >= 0; --i) {
    Require(BN_lshift(result.get(), result.get(), 64) == 1 &&
            BN_add_word(result.get(), number.words[i]) == 1);
  }
  return result;
}

Integer Integer::Of(const NumberDigits& digits) {
  Integer result;
  for (int i = kDigits - 1; i >= 0; --i) {
    Require(BN_lshift(result.get(), result.get(), kDigitBits) == 1 &&
            BN_add_word(result.get(), digits.digits[i]) == 1);
  }
  return result;
}

Integer Integer::FromOctets(absl::string_view octets) {
  Integer result;
  Require(BN_bin2bn(AsUnsigned(octets), static_cast<int>(octets.size()), result.get()) != nullptr);
  return result;
}

Integer Integer::PowerOfTwo(int exponent) {
  Integer result(1);
  Require(BN_lshift(result.get(), result.get(), exponent) == 1);
  return result;
}

Integer Integer::Random(const Integer& limit) {
  Integer result;
  Require(BN_rand_range(result.get(), limit.get()) == 1);
  return result;
}

NumberDigits Integer::ToDigits() const {
  NumberDigits digits;
  Integer rest = *this;
  for (uint64_t& digit : digits.digits) {
    Integer low = rest.Modulo(PowerOfTwo(kDigitBits));
    digit = BN_get_word(low.get());
    rest = rest.ShiftedRight(kDigitBits);
  }
  return digits;
}

void Integer::ToOctets(uint8_t (&octets)[32]) const {
  Require(BN_bn2binpad(get(), octets, sizeof octets) == sizeof octets);
}

std::string Integer::ToHex() const {
  char* const hex = BN_bn2hex(get());
  Require(hex != nullptr);
  std::string result = hex;
  OPENSSL_free(hex);
  return result;
}

double Integer::Over(const Integer& unit) const {
  const Integer scaled = *this * PowerOfTwo(20);
  Integer quotient;
  Require(BN_div(quotient.get(), nullptr, scaled.get(), unit.get(), Context()) == 1);
  const double magnitude = static_cast<double>(BN_get_word(quotient.get())) / (1 << 20);
  return BN_is_negative(quotient.get()) != 0 ? -magnitude : magnitude;
}

Integer Integer::Modulo(const Integer& m) const {
  Integer result;
  Require(BN_nnmod(result.get(), get(), m.get(), Context()) == 1);
  return result;
}

Integer Integer::Inverse(const Integer& m) const {
  Integer result;
  Require(BN_mod_inverse(result.get(), get(), m.get(), Context()) != nullptr);
  return result;
}

Integer Integer::Power(const Integer& exponent, const Integer& m) const {
  Integer result;
  Require(BN_mod_exp(result.get(), get(), exponent.get(), m.get(), Context()) == 1);
  return result;
}

Integer Integer::ShiftedRight(int bits) const {
  const Integer low = Modulo(PowerOfTwo(bits));
  Integer result = *this - low;
  Require(BN_rshift(result.get(), result.get(), bits) == 1);
  return result;
}

Integer operator+(const Integer& a, const Integer& b) {
  Integer result;
  Require(BN_add(result.get(), a.get(), b.get()) == 1);
  return result;
}

Integer operator-(const Integer& a, const Integer& b) {
  Integer result;
  Require(BN_sub(result.get(), a.get(), b.get()) == 1);
  return result;
}

Integer operator*(const Integer& a, const Integer& b) {
  Integer result;
  Require(BN_mul(result.get(), a.get(), b.get(), Context()) == 1);
  return result;
}

}  // namespace fleetca::p256::testing
