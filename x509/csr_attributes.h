// The attributes of a CSR, of which only the extension request means something.
#ifndef FLEETCA_X509_CSR_ATTRIBUTES_H_
#define FLEETCA_X509_CSR_ATTRIBUTES_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "x509/csr.h"
#include "x509/der/der.h"

namespace fleetca::x509 {

// Attribute ::= SEQUENCE { type OBJECT IDENTIFIER, values SET SIZE (1..MAX) OF ANY }   (RFC 2986)
// Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension
// Extension ::= SEQUENCE {
//   extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
//
// Reads the contents of the [0]. Fills csr->ignored_extensions and sets *subject_alt_name to the
// contents of that extension's OCTET STRING, not parsed yet; empty when it was not asked for. Other
// attributes than extensionRequest (challengePassword, unstructuredName) are well formed and
// ignored. The order of the SET OF is not judged: Go's crypto/x509 writes it unsorted.
// kCsrMalformed, kCsrAttributes, kCsrExtensionDuplicate, kCsrExtensionRefused, kCsrTooLarge.
absl::Status ParseCsrAttributes(der::Reader attributes, const CsrLimits& limits, Csr* csr,
                                absl::string_view* subject_alt_name);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_CSR_ATTRIBUTES_H_
