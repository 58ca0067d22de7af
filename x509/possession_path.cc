#include "x509/possession_path.h"

namespace fleetca::x509 {

absl::string_view PossessionPathText(PossessionPath path) {
  switch (path) {
    case PossessionPath::kLanes:
      return "AVX-512 IFMA lanes";
    case PossessionPath::kOff:
      return "OpenSSL: lanes are off";
    case PossessionPath::kFips:
      return "OpenSSL: this machine is configured for FIPS";
    case PossessionPath::kNoIfma:
      return "OpenSSL: the processor has no AVX-512 IFMA";
    case PossessionPath::kNotCompiledIn:
      return "OpenSSL: this program was compiled without lanes";
    case PossessionPath::kNoGeneratorTable:
      return "OpenSSL: it could not compute what the lanes need";
    case PossessionPath::kSelfTestFailed:
      return "OpenSSL: the lanes failed their test at the start";
    case PossessionPath::kDisagreement:
      return "OpenSSL: the lanes contradicted it and are off until the next start";
  }
  return "OpenSSL";
}

}  // namespace fleetca::x509
