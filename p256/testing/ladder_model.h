// The additions of the ladder of verification.h as sums of numbers modulo n: with a key k G, each
// point that the ladder meets is a known multiple of G. Written apart from the formulas, with
// OpenSSL's integers.
#ifndef FLEETCA_P256_TESTING_LADDER_MODEL_H_
#define FLEETCA_P256_TESTING_LADDER_MODEL_H_

#include <vector>

#include "p256/testing/integer.h"

namespace fleetca::p256::testing {

// One addition of an odd multiple, of weight 2^at: of the key's point or of the generator.
struct LadderAddition {
  bool of_key;
  int at;

  friend bool operator==(const LadderAddition&, const LadderAddition&) = default;
};

// All of a verification, in their order: 51 of the key and 26 of the generator.
std::vector<LadderAddition> LadderAdditions();

// Those which for u1 G + u2 k G add equal or opposite points, or one to infinity.
std::vector<LadderAddition> ExceptionalAdditions(const Integer& u1, const Integer& u2,
                                                 const Integer& k);

// The k for which this addition is of equal points, or of opposite ones. 0 where there is none.
Integer KeyThatCollides(const Integer& u1, const Integer& u2, const LadderAddition& addition,
                        bool opposite);

}  // namespace fleetca::p256::testing

#endif  // FLEETCA_P256_TESTING_LADDER_MODEL_H_
