// Signatures with known verdicts, asked of every lane before lanes are believed.
#ifndef FLEETCA_P256_KNOWN_ANSWERS_H_
#define FLEETCA_P256_KNOWN_ANSWERS_H_

#include <array>

#include "p256/lanes.h"

namespace fleetca::p256 {

struct KnownAnswer {
  PublicSignature signature;
  bool valid;
};

// A valid signature and its neighbours that are not: another message, a point off the curve, a sum
// that is infinity.
const std::array<KnownAnswer, 4>& KnownAnswers();

// Whether every lane of eight, of sixteen and of four blocks of sixteen gives each known answer,
// beside every other. Takes some milliseconds.
bool GiveKnownAnswers(const Lanes& lanes);

}  // namespace fleetca::p256

#endif  // FLEETCA_P256_KNOWN_ANSWERS_H_
