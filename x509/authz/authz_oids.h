// The object identifiers of fleetca's own extensions, under an arc that each deployment sets.
#ifndef FLEETCA_X509_AUTHZ_AUTHZ_OIDS_H_
#define FLEETCA_X509_AUTHZ_AUTHZ_OIDS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::x509 {

// Contents octets of the OIDs. A default-constructed one is that of kDefaultFleetArcText, which is
// for documentation and trials: a deployment sets an arc under its own enterprise number.
struct AuthzOids {
  AuthzOids();

  // From dotted text. INVALID_ARGUMENT kConfigInvalid for an arc that is not an OID of at least
  // four numbers, or has a number over 2^31-1, or is under 2.25 (Go cannot parse a certificate with
  // either), or holds or is within the arcs of the standard extensions, 2.5.29 and
  // 1.3.6.1.5.5.7.
  static absl::StatusOr<AuthzOids> FromArc(absl::string_view dotted);

  std::string arc;
  std::string authz;       // arc.1.1, FleetAuthz (fleet_authz.h)
  std::string provenance;  // arc.1.2, Provenance (provenance.h)
};

inline constexpr absl::string_view kDefaultFleetArcText = "1.3.6.1.4.1.32473.1";

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_AUTHZ_AUTHZ_OIDS_H_
