// The lint of the extensions that say where the issuer's certificate and CRL are.
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

}  // namespace

absl::Status LintAuthorityInfo(absl::string_view value) {
  der::Reader element(value);
  der::Reader descriptions;
  der::Reader fields;
  absl::string_view method;
  absl::string_view url;
  if (!element.ReadNested(der::kSequence, &descriptions) || !element.empty() ||
      !descriptions.ReadNested(der::kSequence, &fields) || !descriptions.empty() ||
      !fields.Read(der::kOid, &method) || method != oid::kCaIssuers ||
      !fields.Read(kUriTag, &url) || !fields.empty() || !IsUrl(url)) {
    return LintError("authorityInfoAccess is not one caIssuers URL");
  }
  return absl::OkStatus();
}

absl::Status LintCrlDistribution(absl::string_view value) {
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
    return LintError("cRLDistributionPoints is not one URL");
  }
  return absl::OkStatus();
}

}  // namespace fleetca::x509
