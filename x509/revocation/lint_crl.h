// The last look at a CRL before its signature: re-reads the octets with code that knows nothing of
// how they were made.
#ifndef FLEETCA_X509_REVOCATION_LINT_CRL_H_
#define FLEETCA_X509_REVOCATION_LINT_CRL_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "base/prepared.h"
#include "x509/revocation/crl_spec.h"

namespace fleetca::x509 {

// Checks: DER all the way, v2, the signature algorithm, issuer, times and number that were asked
// for, thisUpdate before nextUpdate, the list of entries absent where it would be empty and else of
// `entries` entries that strictly ascend by serial number, with no extension but a reason, which is
// not 0; exactly the extensions authorityKeyIdentifier, cRLNumber and, where a distribution point
// was asked for, issuingDistributionPoint with that URL octet by octet and onlyContainsUserCerts.
// OK gives the bytes, now signable once. INTERNAL kLintFailed otherwise: a bug of ours, and nothing
// is signed. Thread-safe.
absl::StatusOr<Prepared> LintCrl(std::string tbs, const CrlSpec& asked, size_t entries);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_REVOCATION_LINT_CRL_H_
