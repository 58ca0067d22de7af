// The lint of what sets the certificate of a delegated OCSP responder apart from every other.
#ifndef FLEETCA_X509_LINT_LINT_OCSP_RESPONDER_H_
#define FLEETCA_X509_LINT_LINT_OCSP_RESPONDER_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "x509/lint/lint.h"

namespace fleetca::x509 {

// One id-pkix-ocsp-nocheck extension (RFC 6960 4.2.2.2.1): only a responder has it.
absl::Status LintOcspNoCheck(bool critical, absl::string_view value, const LintPolicy& policy);

// The certificate as a whole, whose purposes and key usage are those of the policy by then.
// `has_no_check`: whether it has id-pkix-ocsp-nocheck; `has_urls_or_grants`: authorityInfoAccess,
// cRLDistributionPoints or FleetAuthz.
absl::Status LintOcspResponder(const LintPolicy& policy, bool has_no_check,
                               bool has_urls_or_grants);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_LINT_LINT_OCSP_RESPONDER_H_
