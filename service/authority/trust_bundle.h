// The roots that relying parties trust.
#ifndef FLEETCA_SERVICE_AUTHORITY_TRUST_BUNDLE_H_
#define FLEETCA_SERVICE_AUTHORITY_TRUST_BUNDLE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace fleetca::service {

// Immutable.
struct TrustBundle {
  // Those certificates of the PEM text that relying parties can use as roots (x509::MayIssue); the
  // others are left out, as one that is unusual must not cost the fleet the others. A CA that is
  // unusual but can be read, such as one without keyUsage, stays where it issued one of
  // `issuing_chain`, DER, and no better one did: without it nobody would chain to anything.
  // INVALID_ARGUMENT kFileInvalid: not PEM certificates, or none that can be a root.
  static absl::StatusOr<TrustBundle> FromPem(absl::string_view pem, absl::string_view trust_domain,
                                             absl::Span<const std::string> issuing_chain = {});

  std::string trust_domain;
  std::vector<std::string> roots;  // DER
  std::string version;             // SHA-256 over the roots, each led by its length
  // What was left out, or stays although it is unusual: "certificate 2 ...", for the log.
  std::vector<std::string> warnings;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_AUTHORITY_TRUST_BUNDLE_H_
