// Inverses of many numbers, in all lanes of several vectors, for the price of one.
//
// Montgomery's trick (Speeding the Pollard and elliptic curve methods of factorization, 1987,
// section 10.3.1): the product of all is inverted, and what the others contributed is multiplied
// away again. Across the lanes of a vector the same is done by halves: each lane is multiplied with
// the one half the vector away, then a quarter, until all lanes hold the product of all.
#ifndef FLEETCA_P256_SHARED_INVERSE_H_
#define FLEETCA_P256_SHARED_INVERSE_H_

namespace fleetca::p256 {

// Each lane's inverse in Montgomery's form, where no lane is 0. `Residues` is a Ring; `a` has a
// period of 2 kStep lanes.
template <typename Residues, int kStep>
typename Residues::Carried InverseOfLanes(const typename Residues::Carried& a) {
  if constexpr (kStep == 0) {
    return Residues::InverseOfEqualLanes(a);
  } else {
    using Carried = typename Residues::Carried;
    const Carried other = Residues::template Rotate<kStep>(a);
    const Carried pairs = Residues::Normalize(Residues::Mul(a, other));
    return Residues::Normalize(Residues::Mul(InverseOfLanes<Residues, kStep / 2>(pairs), other));
  }
}

// Replaces each of `count` vectors, from 1 to kMost, by its inverses in Montgomery's form. No lane
// is 0: one would make 0 of all.
template <typename Residues, int kMost>
void InvertAll(typename Residues::Carried* values, int count) {
  using Carried = typename Residues::Carried;
  Carried products[kMost];  // of values[0] to values[i]
  products[0] = values[0];
  for (int i = 1; i < count; ++i) {
    products[i] = Residues::Normalize(Residues::Mul(products[i - 1], values[i]));
  }
  Carried inverse = InverseOfLanes<Residues, Residues::Word::kLanes / 2>(products[count - 1]);
  for (int i = count - 1; i > 0; --i) {
    const Carried value = values[i];
    values[i] = Residues::Normalize(Residues::Mul(inverse, products[i - 1]));
    inverse = Residues::Normalize(Residues::Mul(inverse, value));
  }
  values[0] = inverse;
}

}  // namespace fleetca::p256

#endif  // FLEETCA_P256_SHARED_INVERSE_H_
