// The roots that relying parties trust.
#ifndef FLEETCA_SERVICE_TRUST_BUNDLE_H_
#define FLEETCA_SERVICE_TRUST_BUNDLE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::service {

// Immutable.
struct TrustBundle {
  // INVALID_ARGUMENT kFileInvalid: not PEM certificates, none at all, or one that is no CA.
  static absl::StatusOr<TrustBundle> FromPem(absl::string_view pem, absl::string_view trust_domain);

  std::string trust_domain;
  std::vector<std::string> roots;  // DER
  std::string version;             // SHA-256 over the roots, each led by its length
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_TRUST_BUNDLE_H_
