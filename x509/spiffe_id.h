// SPIFFE IDs: the fleet's names for services and people, which certificates hold as URIs.
#ifndef FLEETCA_X509_SPIFFE_ID_H_
#define FLEETCA_X509_SPIFFE_ID_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fleetca::x509 {

// What is wrong with the ID and how to mend it, as the end of a sentence about it; null when it is
// well formed.
//
// SPIFFE ID standard, sections 2.1-2.3: "spiffe://" trust domain path; trust domain 1-255 of
// [a-z0-9.-_], not "." or ".."; path, which may be empty, of non-empty segments of [A-Za-z0-9.-_],
// none "." or "..", no trailing "/", no percent-encoding, query, fragment, port or user info; at
// most 2048 octets in all.
[[nodiscard]] const char* SpiffeIdProblem(absl::string_view id);

// "fleet.example" and "/svc/web" of a well-formed SPIFFE ID. They alias `id`.
absl::string_view SpiffeTrustDomain(absl::string_view id);
absl::string_view SpiffePath(absl::string_view id);

// The identity of the CA's server in a trust domain: "spiffe://fleet.example/svc/fleetca". `fleetca
// ca init` gives it, clients expect it, and the CA gives it to nobody else.
std::string ServerIdentity(absl::string_view trust_domain);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_SPIFFE_ID_H_
