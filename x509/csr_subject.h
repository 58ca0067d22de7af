// The subject of a CSR: checked, so that it can be shown and logged, and otherwise not used.
#ifndef FLEETCA_X509_CSR_SUBJECT_H_
#define FLEETCA_X509_CSR_SUBJECT_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "x509/csr.h"

namespace fleetca::x509 {

// Name ::= SEQUENCE OF RelativeDistinguishedName
// RelativeDistinguishedName ::= SET SIZE (1..MAX) OF AttributeTypeAndValue
// AttributeTypeAndValue ::= SEQUENCE { type OBJECT IDENTIFIER, value ANY }
//
// Checks csr->subject, a Name element, and sets csr->common_name. Values are PrintableString,
// UTF8String or IA5String, not empty, without control characters; there is at most one commonName,
// of 1 to 64 printable ASCII characters without a space, as it would be read as a host or a
// service. kSubjectInvalid, or kCsrTooLarge for too many RDNs.
absl::Status CheckCsrSubject(const CsrLimits& limits, Csr* csr);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_CSR_SUBJECT_H_
