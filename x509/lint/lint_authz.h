// The lint's own reading of fleetca's extensions: a second decoder, which shares no code with
// fleet_authz.cc, provenance.cc or the DER reader under them, so that one bug cannot hide in both.
#ifndef FLEETCA_X509_LINT_LINT_AUTHZ_H_
#define FLEETCA_X509_LINT_LINT_AUTHZ_H_

#include <cstdint>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "x509/authz/fleet_authz.h"
#include "x509/authz/provenance.h"

namespace fleetca::x509 {

// What the octets of a FleetAuthz say. Views alias them.
struct FleetAuthzReading {
  uint64_t policy_revision = 0;
  absl::InlinedVector<absl::string_view, 8> roles;
  bool has_audience = false;
  absl::InlinedVector<absl::string_view, 8> audience;
  absl::InlinedVector<std::pair<absl::string_view, absl::string_view>, 4> attributes;
};

// Null, or what is wrong with `value` as the end of a sentence about it. Thread-safe.
[[nodiscard]] const char* ReadFleetAuthz(absl::string_view value, FleetAuthzReading* reading);

// The same, and `value` must say what `wanted` says, whose lists may be in any order.
[[nodiscard]] const char* FleetAuthzFault(absl::string_view value, const FleetAuthz& wanted);

// Null when `value` is a Provenance that says what `wanted` says.
[[nodiscard]] const char* ProvenanceFault(absl::string_view value, const Provenance& wanted);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_LINT_LINT_AUTHZ_H_
