// Whether the CA's own chain is valid at a time.
#ifndef FLEETCA_SERVICE_SERVER_CA_VALIDITY_H_
#define FLEETCA_SERVICE_SERVER_CA_VALIDITY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "service/config/issuer_config.h"

namespace fleetca::service {

// FAILED_PRECONDITION kIssuerExpiring, with file, end and what to do, once the issuing certificate,
// one above it in `chain`, or every one of `roots` that signed the last of them has expired: nobody
// believes what is issued under it. DER; the chain has at least one. What is not valid yet, or
// cannot be read, is not looked at here.
absl::Status CheckCaNotExpired(const IssuerConfig& config, absl::Span<const std::string> chain,
                               absl::Span<const std::string> roots, absl::Time now);

// What to do about an issuing CA's certificate that ends, and about a root's, as ends of sentences.
inline constexpr char kRenewIssuing[] =
    "have the CA above it sign a new one for the same key (docs/own-certificates.md says how)";
inline constexpr char kRenewRoot[] =
    "make a new one of the same key, and give it to all who trust the old one "
    "(docs/own-certificates.md says how)";

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_SERVER_CA_VALIDITY_H_
