#include "x509/certificate_pointers.h"

#include <algorithm>

#include "x509/certificate_extensions.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"

namespace fleetca::x509 {
namespace {

constexpr uint8_t kUriTag = der::ContextPrimitive(6);

// Other CAs write directory names, LDAP URLs with spaces and more; only what can be a URL is kept.
void KeepUrl(uint8_t tag, absl::string_view value, UrlList* urls) {
  if (tag == kUriTag && !value.empty() &&
      std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c < 0x7f; })) {
    urls->push_back(value);
  }
}

// DistributionPointName ::= CHOICE { fullName [0] GeneralNames,
//   nameRelativeToCRLIssuer [1] RelativeDistinguishedName }
[[nodiscard]] bool ReadPointName(der::Reader name, UrlList* urls) {
  uint8_t tag;
  absl::string_view contents;
  absl::string_view element;
  if (!name.ReadAny(&tag, &contents, &element) || !name.empty() ||
      (tag != der::ContextConstructed(0) && tag != der::ContextConstructed(1)) ||
      contents.empty()) {
    return false;
  }
  der::Reader names(tag == der::ContextConstructed(0) ? contents : absl::string_view());
  while (!names.empty()) {
    if (!names.ReadAny(&tag, &contents, &element)) {
      return false;
    }
    KeepUrl(tag, contents, urls);
  }
  return true;
}

// DistributionPoint ::= SEQUENCE { distributionPoint [0] DistributionPointName OPTIONAL,
//   reasons [1] ReasonFlags OPTIONAL, cRLIssuer [2] GeneralNames OPTIONAL }
//   -- not reasons alone
[[nodiscard]] bool ReadPoint(der::Reader* points, UrlList* urls) {
  der::Reader point;
  der::Reader name;
  der::Reader reasons;
  der::Reader issuer;
  bool has_name = false;
  bool has_reasons = false;
  bool has_issuer = false;
  return points->ReadNested(der::kSequence, &point) &&
         point.ReadOptional(der::ContextConstructed(0), &name, &has_name) &&
         (!has_name || ReadPointName(name, urls)) &&
         point.ReadOptional(der::ContextPrimitive(1), &reasons, &has_reasons) &&
         point.ReadOptional(der::ContextConstructed(2), &issuer, &has_issuer) && point.empty() &&
         (has_name || has_issuer);
}

}  // namespace

// CRLDistributionPoints ::= SEQUENCE SIZE (1..MAX) OF DistributionPoint
absl::Status ParseCrlDistributionPoints(absl::string_view value, Certificate* certificate) {
  der::Reader element(value);
  der::Reader points;
  bool valid = element.ReadNested(der::kSequence, &points) && element.empty() && !points.empty();
  while (valid && !points.empty()) {
    valid = ReadPoint(&points, &certificate->crl_urls);
  }
  if (!valid) {
    return CertificateError("a cRLDistributionPoints extension that is empty or malformed");
  }
  return absl::OkStatus();
}

// AuthorityInfoAccessSyntax ::= SEQUENCE SIZE (1..MAX) OF AccessDescription
// AccessDescription ::= SEQUENCE { accessMethod OBJECT IDENTIFIER, accessLocation GeneralName }
absl::Status ParseAuthorityInfoAccess(absl::string_view value, Certificate* certificate) {
  der::Reader element(value);
  der::Reader descriptions;
  bool valid =
      element.ReadNested(der::kSequence, &descriptions) && element.empty() && !descriptions.empty();
  while (valid && !descriptions.empty()) {
    der::Reader fields;
    absl::string_view method;
    uint8_t tag = 0;
    absl::string_view location;
    absl::string_view location_element;
    valid = descriptions.ReadNested(der::kSequence, &fields) && fields.ReadOid(&method) &&
            fields.ReadAny(&tag, &location, &location_element) && fields.empty();
    if (valid && method == oid::kOcsp) {
      KeepUrl(tag, location, &certificate->ocsp_urls);
    } else if (valid && method == oid::kCaIssuers) {
      KeepUrl(tag, location, &certificate->ca_issuers_urls);
    }
  }
  if (!valid) {
    return CertificateError("an authorityInfoAccess extension that is empty or malformed");
  }
  return absl::OkStatus();
}

// NoRevAvail ::= NULL
absl::Status ParseNoRevAvail(absl::string_view value, Certificate* certificate) {
  der::Reader element(value);
  if (!element.ReadNull() || !element.empty()) {
    return CertificateError("a noRevAvail extension that is not NULL");
  }
  certificate->no_rev_avail = true;
  return absl::OkStatus();
}

}  // namespace fleetca::x509
