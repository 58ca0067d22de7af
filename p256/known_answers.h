// Signatures with known verdicts, asked of every lane before lanes are believed.
#ifndef FLEETCA_P256_KNOWN_ANSWERS_H_
#define FLEETCA_P256_KNOWN_ANSWERS_H_

#include <array>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "p256/lanes.h"

namespace fleetca::p256 {

struct KnownAnswer {
  PublicSignature signature;
  bool valid;
};

// Valid ones: u1 and u2 odd and even, as an even scalar is negated, and one whose sum has an x over
// n. Then those that are not valid: another message, a point off the curve, a sum that is infinity,
// and one for which r + n would be x of the sum if it were reduced modulo p. The first is valid.
const std::array<KnownAnswer, 9>& KnownAnswers();

// Lanes::Verify, or what a test has for it.
using VerifyFunction = absl::FunctionRef<void(absl::Span<const PublicSignature>, absl::Span<bool>)>;

// Whether every lane of eight, of sixteen and of four blocks of sixteen gives each known answer.
// Takes some milliseconds.
bool GiveKnownAnswers(VerifyFunction verify);

}  // namespace fleetca::p256

#endif  // FLEETCA_P256_KNOWN_ANSWERS_H_
