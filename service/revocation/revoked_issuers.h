// Which issuing CAs the root has revoked.
#ifndef FLEETCA_SERVICE_REVOCATION_REVOKED_ISSUERS_H_
#define FLEETCA_SERVICE_REVOCATION_REVOKED_ISSUERS_H_

#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace fleetca::service {

// The key identifiers of those of `issuing_cas`, certificates in DER, of which the root's CRL, DER,
// lists each certificate; none for what is no CRL. A CA whose certificate was renewed with its key
// has another one that counts, whatever the root says of the former.
absl::flat_hash_set<std::string> RevokedIssuers(absl::string_view root_crl,
                                                absl::Span<const std::string> issuing_cas);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_REVOCATION_REVOKED_ISSUERS_H_
