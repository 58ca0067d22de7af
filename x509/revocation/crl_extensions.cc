// The extensions of a CRL (RFC 5280 section 5.2).
#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/certificate_extensions.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/revocation/crl_parts.h"

namespace fleetca::x509 {
namespace {

constexpr absl::string_view kBeforeProblem = "The CRL ";
constexpr absl::string_view kAfterProblem = "; ask its issuer for one that keeps to RFC 5280";
constexpr size_t kMaxExtensions = 16;
constexpr size_t kMaxNumberSize = 20;

absl::Status ParseAuthorityKeyId(absl::string_view value, Crl* crl) {
  if (!ReadAuthorityKeyId(value, &crl->authority_key_id)) {
    return CrlError("an authorityKeyIdentifier extension that is malformed");
  }
  return absl::OkStatus();
}

// CRLNumber ::= INTEGER (0..MAX)
absl::Status ParseNumber(absl::string_view value, Crl* crl) {
  der::Reader element(value);
  if (!element.ReadInteger(&crl->number) || !element.empty() ||
      crl->number.size() > kMaxNumberSize || (static_cast<uint8_t>(crl->number[0]) & 0x80) != 0) {
    return CrlError("a cRLNumber extension that is not an INTEGER of 0 or more and 20 octets");
  }
  return absl::OkStatus();
}

// RFC 5280 allows it.
absl::Status NotRead(absl::string_view problem, absl::string_view advice) {
  return InvalidArgument(
      Reason::kFileInvalid, "crl",
      absl::StrCat(kBeforeProblem, problem, ", which fleetca does not read; ", advice));
}

absl::Status RefuseDelta(absl::string_view, Crl*) {
  return NotRead("is a delta CRL and says only what has changed", "give the complete CRL");
}

// DistributionPointName ::= CHOICE { fullName [0] GeneralNames, ... }: one URL.
[[nodiscard]] bool ReadPointName(der::Reader name, absl::string_view* url) {
  der::Reader names;
  return name.ReadNested(der::ContextConstructed(0), &names) && name.empty() &&
         names.Read(der::ContextPrimitive(6), url) && names.empty() && !url->empty() &&
         std::all_of(url->begin(), url->end(), [](char c) { return c > ' ' && c < 0x7f; });
}

// [n] BOOLEAN DEFAULT FALSE: where it stands, it is TRUE.
[[nodiscard]] bool ReadFlag(der::Reader* fields, int n, bool* flag) {
  absl::string_view value;
  if (fields->PeekTag() != der::ContextPrimitive(n)) {
    return true;
  }
  *flag = true;
  return fields->Read(der::ContextPrimitive(n), &value) && value == "\xff";
}

// IssuingDistributionPoint ::= SEQUENCE { distributionPoint [0] DistributionPointName OPTIONAL,
//   onlyContainsUserCerts [1], onlyContainsCACerts [2], onlySomeReasons [3] ReasonFlags OPTIONAL,
//   indirectCRL [4], onlyContainsAttributeCerts [5] }   -- BOOLEANs DEFAULT FALSE
absl::Status ParseIssuingDistributionPoint(absl::string_view value, Crl* crl) {
  der::Reader element(value);
  der::Reader fields;
  der::Reader name;
  der::Reader reasons;
  bool has_name = false;
  bool some_reasons = false;
  bool indirect = false;
  bool only_attributes = false;
  // RFC 5280 5.2.5: not an empty SEQUENCE.
  if (!element.ReadNested(der::kSequence, &fields) || !element.empty() || fields.empty() ||
      !fields.ReadOptional(der::ContextConstructed(0), &name, &has_name) ||
      !ReadFlag(&fields, 1, &crl->only_contains_user_certs) ||
      !ReadFlag(&fields, 2, &crl->only_contains_ca_certs) ||
      !fields.ReadOptional(der::ContextPrimitive(3), &reasons, &some_reasons) ||
      !ReadFlag(&fields, 4, &indirect) || !ReadFlag(&fields, 5, &only_attributes) ||
      !fields.empty() || (crl->only_contains_user_certs && crl->only_contains_ca_certs)) {
    return CrlError("an issuingDistributionPoint extension that is malformed");
  }
  if (indirect) {
    return NotRead("is an indirect CRL and speaks of certificates of other CAs too",
                   "give the CRL of the CA that issued the certificate");
  }
  if (some_reasons || only_attributes) {
    return NotRead("speaks of some reasons or of attribute certificates only",
                   "give one that leaves no revocation out");
  }
  if (has_name && !ReadPointName(name, &crl->distribution_point)) {
    return NotRead("is for a distribution point that is not one URL",
                   "give the CRL of the whole CA");
  }
  return absl::OkStatus();
}

constexpr struct KnownExtension {
  absl::string_view oid;
  absl::string_view name;
  bool critical;
  absl::Status (*parse)(absl::string_view value, Crl* crl);
} kKnown[] = {
    {oid::kAuthorityKeyIdentifier, "authorityKeyIdentifier", false, ParseAuthorityKeyId},
    {oid::kCrlNumber, "cRLNumber", false, ParseNumber},
    {oid::kDeltaCrlIndicator, "deltaCRLIndicator", true, RefuseDelta},
    {oid::kIssuingDistributionPoint, "issuingDistributionPoint", true,
     ParseIssuingDistributionPoint},
};

absl::Status ParseOne(const Extension& extension, Crl* crl) {
  for (const KnownExtension& known : kKnown) {
    if (known.oid != extension.oid) {
      continue;
    }
    if (known.critical != extension.critical) {
      return CrlError(absl::StrCat("the extension ", known.name, ", which must ",
                                   known.critical ? "" : "not ", "be critical"));
    }
    return known.parse(extension.value, crl);
  }
  if (extension.critical) {
    return CrlError(absl::StrCat("the critical extension ", der::OidToString(extension.oid),
                                 ", which fleetca does not know"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CrlError(absl::string_view problem) {
  return InvalidArgument(Reason::kFileInvalid, "crl",
                         absl::StrCat(kBeforeProblem, "has ", problem, kAfterProblem));
}

absl::string_view CrlProblem(const absl::Status& error) {
  absl::string_view problem = error.message();
  absl::ConsumePrefix(&problem, kBeforeProblem);
  absl::ConsumeSuffix(&problem, kAfterProblem);
  return problem;
}

absl::Status ParseCrlExtensions(der::Reader extensions, Crl* crl) {
  if (extensions.empty()) {
    return CrlError("an empty list of extensions");
  }
  while (!extensions.empty()) {
    Extension extension;
    if (!ReadExtension(&extensions, &extension)) {
      return CrlError("an extension that is not DER");
    }
    if (crl->Find(extension.oid) != nullptr) {
      return CrlError(
          absl::StrCat("the extension ", der::OidToString(extension.oid), " more than once"));
    }
    if (crl->extensions.size() == kMaxExtensions) {
      return CrlError(absl::StrCat("more than ", kMaxExtensions, " extensions"));
    }
    crl->extensions.push_back(extension);
    FLEETCA_RETURN_IF_ERROR(ParseOne(extension, crl));
  }
  return absl::OkStatus();
}

}  // namespace fleetca::x509
