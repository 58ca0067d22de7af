#include "x509/lint/lint_ocsp_responder.h"

#include <algorithm>

#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/lint/lint_parts.h"
#include "x509/tbs.h"

namespace fleetca::x509 {

absl::Status LintOcspNoCheck(bool critical, absl::string_view value, const LintPolicy& policy) {
  if (!policy.ocsp_responder) {
    return LintError("id-pkix-ocsp-nocheck is there in what is no OCSP responder's certificate");
  }
  der::Reader element(value);
  if (critical || !element.ReadNull() || !element.empty()) {
    return LintError("id-pkix-ocsp-nocheck is critical or is not NULL");
  }
  return absl::OkStatus();
}

absl::Status LintOcspResponder(const LintPolicy& policy, bool has_no_check,
                               bool has_urls_or_grants) {
  const auto& purposes = policy.extended_key_usage;
  if (!policy.ocsp_responder) {
    return std::find(purposes.begin(), purposes.end(), oid::kOcspSigning) == purposes.end()
               ? absl::OkStatus()
               : LintError("what is no OCSP responder's certificate has the purpose OCSPSigning");
  }
  if (!has_no_check) {
    return LintError("the certificate of an OCSP responder has no id-pkix-ocsp-nocheck");
  }
  if (policy.is_ca || policy.key_usage != kDigitalSignature) {
    return LintError("an OCSP responder's certificate can do more than sign responses");
  }
  if (purposes.size() != 1 || purposes[0] != oid::kOcspSigning) {
    return LintError("an OCSP responder's certificate has another purpose than OCSPSigning");
  }
  if (has_urls_or_grants) {
    return LintError("an OCSP responder's certificate has URLs or grants");
  }
  if (policy.max_validity > kMaxOcspResponderValidity) {
    return LintError("an OCSP responder's certificate may be valid for longer than 31 days");
  }
  return absl::OkStatus();
}

}  // namespace fleetca::x509
