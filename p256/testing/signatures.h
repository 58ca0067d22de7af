// Signatures of every kind, made with OpenSSL, and its own verdict of them.
#ifndef FLEETCA_P256_TESTING_SIGNATURES_H_
#define FLEETCA_P256_TESTING_SIGNATURES_H_

#include "p256/lanes.h"
#include "p256/testing/integer.h"

namespace fleetca::p256::testing {

// n and p.
const Integer& Order();
const Integer& Prime();

struct AffinePoint {
  Integer x;
  Integer y;
  bool infinite = false;
};

// a G + b P.
AffinePoint Combination(const Integer& a, const Integer& b, const AffinePoint& p);
// k G.
AffinePoint MultipleOfG(const Integer& k);
// A point with this x, where there is one; else infinite.
AffinePoint WithX(const Integer& x);

// Not on the curve, but of order 3 on y^2 = x^3 - 3x + b' for another b', which the formulas do not
// have: they compute 3 P = infinity for it.
AffinePoint OffCurvePointOfOrderThree();

// Any numbers below 2^256.
PublicSignature MakeSignature(const Integer& r, const Integer& s, const Integer& z,
                              const AffinePoint& key);

// With a new key over a random digest.
PublicSignature RandomSignature();

// The valid signature for which u1 and u2, neither of them 0 modulo n, are what is computed, under
// the key k G. Where u1 G + u2 k G is infinite, r is 1, and it is not valid.
PublicSignature SignatureOf(const Integer& u1, const Integer& u2, const Integer& k);

// Valid, and the sum has this x, from n to p - 1, which is a point's: r is x - n.
PublicSignature SignatureWithX(const Integer& x);

bool IsValidByOpenSsl(const PublicSignature& signature);

}  // namespace fleetca::p256::testing

#endif  // FLEETCA_P256_TESTING_SIGNATURES_H_
