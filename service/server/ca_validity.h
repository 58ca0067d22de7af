// How long the CA's own chain is valid.
#ifndef FLEETCA_SERVICE_SERVER_CA_VALIDITY_H_
#define FLEETCA_SERVICE_SERVER_CA_VALIDITY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "service/config/issuer_config.h"

namespace fleetca::service {

// When nobody believes any longer what is issued, and what is said then. A value.
struct CaEnd {
  absl::Time not_after = absl::InfiniteFuture();
  // FAILED_PRECONDITION kIssuerExpiring, with file, end and what to do.
  absl::Status expired;

  absl::Status CheckAt(absl::Time now) const {
    return now < not_after ? absl::OkStatus() : expired;
  }
};

// The first end: of the issuing certificate, of one above it in `chain`, or of the root that lives
// longest of those in `roots` that signed the last of them. DER; the chain has at least one. Of
// what cannot be read no end is known. INVALID_ARGUMENT kFileInvalid where that is the last of the
// chain. Verifies a signature for each root, so it is for whenever they change.
absl::StatusOr<CaEnd> FindCaEnd(const IssuerConfig& config, absl::Span<const std::string> chain,
                                absl::Span<const std::string> roots);

// What to do about an issuing CA's certificate that ends, and about a root's, as ends of sentences.
inline constexpr char kRenewIssuing[] =
    "have the CA above it sign a new one for the same key (docs/own-certificates.md says how)";
inline constexpr char kRenewRoot[] =
    "make a new one of the same key, and give it to all who trust the old one "
    "(docs/own-certificates.md says how)";

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_SERVER_CA_VALIDITY_H_
