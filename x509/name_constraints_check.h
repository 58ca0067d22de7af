// Whether a certificate keeps to the name constraints of a CA above it (RFC 5280 section 4.2.1.10).
#ifndef FLEETCA_X509_NAME_CONSTRAINTS_CHECK_H_
#define FLEETCA_X509_NAME_CONSTRAINTS_CHECK_H_

#include "absl/strings/string_view.h"
#include "x509/certificate.h"

namespace fleetca::x509 {

// Whether the extension's contents are name constraints that can be applied here: DER, with
// subtrees of any form of name, without minimum and maximum. A CA with others must not be believed,
// as what it may not certify is not known.
bool IsNameConstraints(absl::string_view contents);

// Null when every name of `below` is in a permitted subtree, where there is one of its type, and in
// no excluded one; otherwise what is wrong, as the end of a sentence. Names are those of
// subjectAltName, the subject, and the subject's e-mail addresses.
//
//   DNS    "fleet.example" holds that name and every name below it. A wildcard, "*.fleet.example",
//          is in an excluded subtree as soon as one name that it stands for is.
//   URI    of its host alone. "fleet.example" holds that host; ".fleet.example" every host below
//          it. A URI without a host that is a name is in no permitted subtree.
//   email  "ops@fleet.example" holds that mailbox, "fleet.example" all of that host and
//          ".fleet.example" all of the hosts below it.
//   IP     an address under a mask, of the same family.
//   name   "C=DE, O=Fleet" holds every distinguished name that begins so (directory_subtree.h).
//
// Of the other forms (otherName, registeredID...) none is compared: a name of a form that is
// constrained is a violation.
//
// A name of a constrained type that is not well formed is a violation, as no one knows which
// subtree others take it to be in; so is more than 250,000 comparisons, which no honest CA needs.
[[nodiscard]] const char* NameConstraintsViolation(absl::string_view contents,
                                                   const Certificate& below);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_NAME_CONSTRAINTS_CHECK_H_
