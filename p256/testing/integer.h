// Integers of any size, as values.
#ifndef FLEETCA_P256_TESTING_INTEGER_H_
#define FLEETCA_P256_TESTING_INTEGER_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "base/openssl.h"
#include "p256/number.h"

namespace fleetca::p256::testing {

// Owns a BIGNUM; ends the process where OpenSSL fails. Not for more than one thread.
class Integer {
 public:
  Integer() : Integer(0) {}
  Integer(int64_t value);  // an integer is one
  Integer(const Integer& other) : number_(BN_dup(other.get())) {}
  Integer& operator=(const Integer& other) {
    number_.reset(BN_dup(other.get()));
    return *this;
  }

  static Integer Of(const Number& number);
  static Integer Of(const NumberDigits& digits);
  // Big endian.
  static Integer FromOctets(absl::string_view octets);
  static Integer PowerOfTwo(int exponent);
  // From 0 to limit - 1.
  static Integer Random(const Integer& limit);

  const BIGNUM* get() const { return number_.get(); }
  BIGNUM* get() { return number_.get(); }

  // Below 2^260.
  NumberDigits ToDigits() const;
  // In 32 octets, below 2^256.
  void ToOctets(uint8_t (&octets)[32]) const;
  std::string ToHex() const;
  // Approximately this over `unit`.
  double Over(const Integer& unit) const;

  // From 0 to m - 1.
  Integer Modulo(const Integer& m) const;
  // Where `this` has an inverse modulo m.
  Integer Inverse(const Integer& m) const;
  Integer Power(const Integer& exponent, const Integer& m) const;
  // Rounds towards minus infinity.
  Integer ShiftedRight(int bits) const;

  friend Integer operator+(const Integer& a, const Integer& b);
  friend Integer operator-(const Integer& a, const Integer& b);
  friend Integer operator*(const Integer& a, const Integer& b);
  friend bool operator==(const Integer& a, const Integer& b) {
    return BN_cmp(a.get(), b.get()) == 0;
  }
  friend bool operator<(const Integer& a, const Integer& b) { return BN_cmp(a.get(), b.get()) < 0; }
  friend bool operator<=(const Integer& a, const Integer& b) { return !(b < a); }

 private:
  BignumPtr number_;
};

}  // namespace fleetca::p256::testing

#endif  // FLEETCA_P256_TESTING_INTEGER_H_
