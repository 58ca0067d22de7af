#include "p256/testing/signatures.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/openssl.h"
#include "p256/number.h"

namespace fleetca::p256::testing {
namespace {

void Require(bool condition) {
  if (!condition) {
    std::fprintf(stderr, "OpenSSL cannot compute: %s\n", DrainOpenSslErrors().c_str());
    std::abort();
  }
}

const EC_GROUP* Group() {
  static const EC_GROUP* const group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
  return group;
}

AffinePoint FromOpenSsl(const EC_POINT* point) {
  AffinePoint result;
  result.infinite = EC_POINT_is_at_infinity(Group(), point) == 1;
  if (!result.infinite) {
    Require(EC_POINT_get_affine_coordinates(Group(), point, result.x.get(), result.y.get(),
                                            nullptr) == 1);
  }
  return result;
}

EcPointPtr ToOpenSsl(const AffinePoint& point) {
  EcPointPtr result(EC_POINT_new(Group()));
  Require(point.infinite ? EC_POINT_set_to_infinity(Group(), result.get()) == 1
                         : EC_POINT_set_affine_coordinates(Group(), result.get(), point.x.get(),
                                                           point.y.get(), nullptr) == 1);
  return result;
}

}  // namespace

const Integer& Order() {
  static const auto& order = *new Integer(Integer::Of(kGroupOrder));
  return order;
}

const Integer& Prime() {
  static const auto& prime = *new Integer(Integer::Of(kFieldPrime));
  return prime;
}

AffinePoint Combination(const Integer& a, const Integer& b, const AffinePoint& p) {
  const EcPointPtr point = ToOpenSsl(p);
  const EcPointPtr sum(EC_POINT_new(Group()));
  Require(EC_POINT_mul(Group(), sum.get(), a.Modulo(Order()).get(), point.get(),
                       b.Modulo(Order()).get(), nullptr) == 1);
  return FromOpenSsl(sum.get());
}

AffinePoint MultipleOfG(const Integer& k) {
  const EcPointPtr multiple(EC_POINT_new(Group()));
  Require(EC_POINT_mul(Group(), multiple.get(), k.Modulo(Order()).get(), nullptr, nullptr,
                       nullptr) == 1);
  return FromOpenSsl(multiple.get());
}

AffinePoint WithX(const Integer& x) {
  const ScopedOpenSslErrorQueue queue;
  const EcPointPtr point(EC_POINT_new(Group()));
  if (EC_POINT_set_compressed_coordinates(Group(), point.get(), x.get(), 0, nullptr) != 1) {
    return {0, 0, true};
  }
  return FromOpenSsl(point.get());
}

AffinePoint OffCurvePointOfOrderThree() {
  const auto inverse_times = [](const Integer& divisor, const Integer& a) {
    return (a * divisor.Inverse(Prime())).Modulo(Prime());
  };
  while (true) {
    // 3 P = infinity where 3 x^4 - 18 x^2 + 12 b' x - 9 = 0.
    const Integer x = Integer::Random(Prime() - 1) + 1;
    const Integer xx = x * x;
    const Integer b = inverse_times(Integer(12) * x, Integer(18) * xx + 9 - Integer(3) * xx * xx);
    const Integer yy = (x * xx - Integer(3) * x + b).Modulo(Prime());
    // p = 3 modulo 4, so this is the root where there is one.
    const Integer y = yy.Power((Prime() + 1).ShiftedRight(2), Prime());
    if ((y * y).Modulo(Prime()) == yy && !(b == Integer::Of(kCurveB))) {
      return {x, y};
    }
  }
}

PublicSignature MakeSignature(const Integer& r, const Integer& s, const Integer& z,
                              const AffinePoint& key) {
  PublicSignature signature;
  r.ToOctets(signature.r);
  s.ToOctets(signature.s);
  z.ToOctets(signature.z);
  key.x.ToOctets(signature.x);
  key.y.ToOctets(signature.y);
  return signature;
}

PublicSignature RandomSignature() {
  const Integer u1 = Integer::Random(Order() - 1) + 1;
  const Integer u2 = Integer::Random(Order() - 1) + 1;
  return SignatureOf(u1, u2, Integer::Random(Order() - 1) + 1);
}

PublicSignature SignatureOf(const Integer& u1, const Integer& u2, const Integer& k) {
  const AffinePoint key = MultipleOfG(k);
  const AffinePoint sum = Combination(u1, u2, key);
  const Integer r = sum.infinite ? Integer(1) : sum.x.Modulo(Order());
  const Integer s = (r * u2.Inverse(Order())).Modulo(Order());
  return MakeSignature(r, s, (u1 * s).Modulo(Order()), key);
}

PublicSignature SignatureWithX(const Integer& x) {
  const AffinePoint sum = WithX(x);
  Require(!sum.infinite);
  const Integer r = x - Order();
  const Integer s = Integer::Random(Order() - 1) + 1;
  const Integer z = Integer::Random(Order());
  // P = u1 G + u2 Q, so Q = - (z / r) G + (s / r) P.
  const Integer r_inverse = r.Inverse(Order());
  return MakeSignature(r, s, z, Combination(Integer(0) - z * r_inverse, s * r_inverse, sum));
}

bool IsValidByOpenSsl(const PublicSignature& signature) {
  const ScopedOpenSslErrorQueue queue;
  static EC_KEY* const key = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);
  uint8_t point[65] = {4};
  std::memcpy(point + 1, signature.x, 32);
  std::memcpy(point + 33, signature.y, 32);
  if (EC_KEY_oct2key(key, point, sizeof point, nullptr) != 1) {
    return false;
  }
  const EcdsaSigPtr pair(ECDSA_SIG_new());
  Require(ECDSA_SIG_set0(pair.get(), BN_bin2bn(signature.r, 32, nullptr),
                         BN_bin2bn(signature.s, 32, nullptr)) == 1);
  return ECDSA_do_verify(signature.z, 32, pair.get(), key) == 1;
}

}  // namespace fleetca::p256::testing
