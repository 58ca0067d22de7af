// International labels of DNS names in their ASCII form (RFC 3492, RFC 5890).
#ifndef FLEETCA_X509_PUNYCODE_H_
#define FLEETCA_X509_PUNYCODE_H_

#include "absl/strings/string_view.h"

namespace fleetca::x509 {

// Whether a label in lower case, of at most 63 octets, is in that form: "xn--".
bool IsPunycodeLabel(absl::string_view label);

// What is wrong with such a label: it decodes to nothing, or to text whose own form is another one,
// so that two labels would look alike and differ. Null when nothing is. Which characters a registry
// takes is not asked.
[[nodiscard]] const char* PunycodeProblem(absl::string_view label);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_PUNYCODE_H_
