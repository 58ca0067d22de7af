// Whether two names of X.501 are one, however they are encoded.
#ifndef FLEETCA_X509_CANONICAL_NAME_H_
#define FLEETCA_X509_CANONICAL_NAME_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fleetca::x509 {

// Of a Name element, octets that are the same for every name that RFC 5280 section 7.1 takes for
// this one: strings of any type as UTF-8, without regard to the case of ASCII letters, and of white
// space only where it parts words. It is what OpenSSL's X509_NAME_cmp compares. A name that OpenSSL
// cannot read is the same as itself alone. Thread-safe.
std::string CanonicalName(absl::string_view name);

// Whether CanonicalName is the same of both. Names of the same octets cost nothing.
[[nodiscard]] bool SameName(absl::string_view one, absl::string_view other);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_CANONICAL_NAME_H_
