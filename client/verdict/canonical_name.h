// Whether two names of X.501 are one, however they are encoded.
#ifndef FLEETCA_CLIENT_VERDICT_CANONICAL_NAME_H_
#define FLEETCA_CLIENT_VERDICT_CANONICAL_NAME_H_

#include <string>

#include "absl/strings/string_view.h"
#include "x509/certificate.h"

namespace fleetca::client {

// Of a Name element, octets that are the same for every name that RFC 5280 section 7.1 takes for
// this one: strings of any type as UTF-8, without regard to the case of ASCII letters, and of white
// space only where it parts words. It is what OpenSSL's X509_NAME_cmp compares. A name that OpenSSL
// cannot read is the same as itself alone. Thread-safe.
std::string CanonicalName(absl::string_view name);

// Whether CanonicalName is the same of both.
[[nodiscard]] bool SameName(absl::string_view one, absl::string_view other);

// Whether the certificate has its issuer's name (RFC 5280 section 3.2).
[[nodiscard]] bool IsSelfIssued(const x509::Certificate& certificate);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_VERDICT_CANONICAL_NAME_H_
