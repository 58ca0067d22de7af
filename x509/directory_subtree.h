// Whether a distinguished name is in a subtree of name constraints (RFC 5280 section 4.2.1.10).
#ifndef FLEETCA_X509_DIRECTORY_SUBTREE_H_
#define FLEETCA_X509_DIRECTORY_SUBTREE_H_

#include "absl/strings/string_view.h"

namespace fleetca::x509 {

// Of attributes that two programs may compare differently, no one knows.
enum class InSubtree { kNo, kYes, kUnknown };

// Whether the RDNs of `base` are the first of `name`; both are Name elements in DER. Attributes are
// alike octet for octet, or where both are strings of ASCII that differ in letter case, in runs of
// spaces or in the type of the string (section 7.1). kUnknown where only a comparison of other
// characters could tell. Thread-safe.
InSubtree CompareWithDirectorySubtree(absl::string_view name, absl::string_view base);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_DIRECTORY_SUBTREE_H_
