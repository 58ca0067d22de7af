// The lint of the extensions that say where the issuer's certificate, CRL and OCSP responder are,
// or that nothing will ever be said of a revocation.
#include <algorithm>

#include "absl/strings/match.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/lint/lint_parts.h"

namespace fleetca::x509 {
namespace {

constexpr uint8_t kUriTag = der::ContextPrimitive(6);

bool IsUrl(absl::string_view url) {
  return (absl::StartsWith(url, "http://") || absl::StartsWith(url, "https://")) &&
         std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

// AccessDescription ::= SEQUENCE { accessMethod OID, accessLocation [6] URI }, which must be just
// this.
[[nodiscard]] bool ReadDescription(der::Reader* descriptions, absl::string_view wanted_method,
                                   absl::string_view wanted_url) {
  der::Reader fields;
  absl::string_view method;
  absl::string_view url;
  return descriptions->ReadNested(der::kSequence, &fields) && fields.Read(der::kOid, &method) &&
         method == wanted_method && fields.Read(kUriTag, &url) && fields.empty() &&
         url == wanted_url && IsUrl(url);
}

}  // namespace

absl::Status LintAuthorityInfo(absl::string_view value, const LintPolicy& policy) {
  der::Reader element(value);
  der::Reader descriptions;
  if (!element.ReadNested(der::kSequence, &descriptions) || !element.empty() ||
      descriptions.empty()) {
    return LintError("authorityInfoAccess is empty or not one SEQUENCE");
  }
  if (!policy.ocsp_url.empty() && !ReadDescription(&descriptions, oid::kOcsp, policy.ocsp_url)) {
    return LintError("authorityInfoAccess does not begin with the OCSP URL of the policy");
  }
  if (!policy.ca_issuers_url.empty() &&
      !ReadDescription(&descriptions, oid::kCaIssuers, policy.ca_issuers_url)) {
    return LintError("authorityInfoAccess has not the caIssuers URL of the policy");
  }
  if (!descriptions.empty()) {
    return LintError("authorityInfoAccess has more than the policy");
  }
  return absl::OkStatus();
}

absl::Status LintCrlDistribution(absl::string_view value, absl::string_view expected) {
  der::Reader element(value);
  der::Reader points;
  der::Reader point;
  der::Reader name;
  der::Reader full_name;
  absl::string_view url;
  if (!element.ReadNested(der::kSequence, &points) || !element.empty() ||
      !points.ReadNested(der::kSequence, &point) || !points.empty() ||
      !point.ReadNested(der::ContextConstructed(0), &name) || !point.empty() ||
      !name.ReadNested(der::ContextConstructed(0), &full_name) || !name.empty() ||
      !full_name.Read(kUriTag, &url) || !full_name.empty() || !IsUrl(url)) {
    return LintError("cRLDistributionPoints is not one point of one URL");
  }
  if (url != expected) {
    return LintError(expected.empty() ? "cRLDistributionPoints is there and nothing asks for it"
                                      : "cRLDistributionPoints is not the URL of the CRL expected");
  }
  return absl::OkStatus();
}

absl::Status LintNoRevAvail(absl::string_view value, const LintPolicy& policy) {
  der::Reader element(value);
  if (!element.ReadNull() || !element.empty()) {
    return LintError("noRevAvail is not NULL");
  }
  if (policy.is_ca) {
    return LintError("a CA has noRevAvail");
  }
  if (!policy.no_rev_avail) {
    return LintError("noRevAvail is there and the policy does not have it");
  }
  return absl::OkStatus();
}

}  // namespace fleetca::x509
