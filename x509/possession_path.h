// By what proofs of possession are verified, and how often that was.
#ifndef FLEETCA_X509_POSSESSION_PATH_H_
#define FLEETCA_X509_POSSESSION_PATH_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace fleetca::x509 {

// Whether lanes may verify (docs/lanes.md): AUTO and OFF of `possession_lanes`.
enum class LanesSetting { kAuto, kOff };

// Lanes, or OpenSSL for a reason.
enum class PossessionPath {
  kLanes,
  kOff,
  kFips,
  kNoIfma,
  kNotCompiledIn,
  kNoGeneratorTable,
  kSelfTestFailed,
  kDisagreement,
};

// "AVX-512 IFMA lanes", or "OpenSSL" and why, for statistics and people.
absl::string_view PossessionPathText(PossessionPath path);

// Since the start.
struct PossessionStatistics {
  PossessionPath path = PossessionPath::kOff;
  // Signatures that lanes found valid.
  uint64_t by_lanes = 0;
  // Of these, those that OpenSSL verified again.
  uint64_t checked_again = 0;
  // Valid signatures that the lanes left to OpenSSL: whose sum they do not compute.
  uint64_t left_to_openssl = 0;
  // Times that lanes found valid what OpenSSL refuses: more than 0 is a fault, of the processor or
  // of the program.
  uint64_t disagreements = 0;
};

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_POSSESSION_PATH_H_
