// The policy that the fuzzer of the lint and its seeds share.
#ifndef FLEETCA_TESTS_FUZZ_CERTIFICATE_LINT_POLICY_H_
#define FLEETCA_TESTS_FUZZ_CERTIFICATE_LINT_POLICY_H_

#include <string>

#include "x509/cert_spec.h"
#include "x509/lint.h"
#include "x509/oid.h"
#include "x509/tbs.h"

namespace fleetca::x509 {

inline LintPolicy FuzzLintPolicy() {
  LintPolicy policy;
  policy.authority_key_id = KeyIdentifier("the issuer's key");
  policy.issuer_not_after = absl::FromUnixSeconds(4'102'444'800);  // 2100
  policy.max_validity = absl::Hours(24 * 365);
  policy.key_usage = kDigitalSignature;
  policy.extended_key_usage = {std::string(oid::kServerAuth), std::string(oid::kClientAuth)};
  policy.extra_extensions = {std::string(oid::kDefaultFleetArc)};
  return policy;
}

}  // namespace fleetca::x509

#endif  // FLEETCA_TESTS_FUZZ_CERTIFICATE_LINT_POLICY_H_
