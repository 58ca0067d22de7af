// The parts of the lint (lint.h): each reads one thing and is OK or says what is wrong.
#ifndef FLEETCA_X509_LINT_LINT_PARTS_H_
#define FLEETCA_X509_LINT_LINT_PARTS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "x509/der/der.h"
#include "x509/lint/lint.h"

namespace fleetca::x509 {

// INTERNAL kLintFailed with `problem`, which names the defect.
absl::Status LintError(absl::string_view problem);

// Name: the contents of its SEQUENCE. Only what fleetca writes, each attribute its own RDN: at most
// one C of two capital letters and one CN, and O and OU, none of them twice; all but C a UTF8String
// of 1 to 64 printable characters. And just what `expected` says, unless it is null.
absl::Status LintSubject(der::Reader subject, const Subject* expected);

// GeneralNames: the value of the subjectAltName extension.
absl::Status LintSubjectAltName(absl::string_view value, bool dns_underscores);

// The values of keyUsage and extKeyUsage: exactly the policy's.
absl::Status LintKeyUsage(absl::string_view value, const LintPolicy& policy);
absl::Status LintExtendedKeyUsage(absl::string_view value, const LintPolicy& policy);

// The value of authorityInfoAccess: the policy's URLs, the OCSP responder's first.
absl::Status LintAuthorityInfo(absl::string_view value, const LintPolicy& policy);
// The value of cRLDistributionPoints: one point of this one URL.
absl::Status LintCrlDistribution(absl::string_view value, absl::string_view expected);
// The value of noRevAvail, which the policy must have and a CA must not.
absl::Status LintNoRevAvail(absl::string_view value, const LintPolicy& policy);

// Extensions: the contents of the SEQUENCE. `key_bits` are the octets of the subject's key.
absl::Status LintExtensions(der::Reader extensions, const LintPolicy& policy,
                            const LintExpectation& expectation, absl::string_view key_bits,
                            bool subject_is_empty);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_LINT_LINT_PARTS_H_
