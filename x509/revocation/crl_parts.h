// The parts of reading a CRL (crl.h).
#ifndef FLEETCA_X509_REVOCATION_CRL_PARTS_H_
#define FLEETCA_X509_REVOCATION_CRL_PARTS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "x509/der/der.h"
#include "x509/revocation/crl.h"

namespace fleetca::x509 {

// INVALID_ARGUMENT kFileInvalid: the CRL has `problem`.
absl::Status CrlError(absl::string_view problem);
// What is wrong by an error of ParseCrl, which it aliases, in words that go on from "The CRL": for
// those who made the CRL.
absl::string_view CrlProblem(const absl::Status& error);

// Reads the next of revokedCertificates, of which those of a v1 CRL have no extensions. Null, or
// what is wrong with it in words that go on from "The CRL has".
[[nodiscard]] const char* ReadCrlEntry(der::Reader* entries, bool is_v2, CrlEntry* entry);

// Reads the contents of crlExtensions into `crl`.
absl::Status ParseCrlExtensions(der::Reader extensions, Crl* crl);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_REVOCATION_CRL_PARTS_H_
