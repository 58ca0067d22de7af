// The subject of a CSR: it has no effect, and all that is asked of it is to be a Name.
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
// Walks a Name element whose DER was checked (der::FindFault). Whatever the values are, of any
// type, characters, length and number, nothing is taken from them; who prints one escapes it
// (NameToText). kSubjectInvalid for what is no Name, or kCsrTooLarge for too many RDNs.
absl::Status CheckCsrSubject(const CsrLimits& limits, absl::string_view subject);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_CSR_SUBJECT_H_
