#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "client/verdict/lint/lint_parts.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/extension_contents.h"
#include "x509/name_constraints_check.h"

namespace fleetca::client::lint {
namespace {

namespace der = x509::der;
namespace oid = x509::oid;

// What RFC 5280 says of the criticality of an extension.
enum class Critical { kMust, kMustNot, kMay };

struct Known {
  absl::string_view oid;
  const char* name;
  Critical critical;
  Critical in_ca;
};

constexpr Known kKnown[] = {
    {oid::kSubjectKeyIdentifier, "subjectKeyIdentifier", Critical::kMustNot, Critical::kMustNot},
    {oid::kAuthorityKeyIdentifier, "authorityKeyIdentifier", Critical::kMustNot,
     Critical::kMustNot},
    {oid::kKeyUsage, "keyUsage", Critical::kMay, Critical::kMay},
    {oid::kSubjectAltName, "subjectAltName", Critical::kMay, Critical::kMay},
    {oid::Bytes("\x55\x1d\x12"), "issuerAltName", Critical::kMay, Critical::kMay},
    {oid::kBasicConstraints, "basicConstraints", Critical::kMay, Critical::kMust},
    {oid::kNameConstraints, "nameConstraints", Critical::kMust, Critical::kMust},
    {oid::kCrlDistributionPoints, "cRLDistributionPoints", Critical::kMay, Critical::kMay},
    {oid::kCertificatePolicies, "certificatePolicies", Critical::kMay, Critical::kMay},
    {oid::kPolicyMappings, "policyMappings", Critical::kMay, Critical::kMay},
    {oid::kPolicyConstraints, "policyConstraints", Critical::kMust, Critical::kMust},
    {oid::kInhibitAnyPolicy, "inhibitAnyPolicy", Critical::kMust, Critical::kMust},
    {oid::Bytes("\x55\x1d\x2e"), "freshestCRL", Critical::kMustNot, Critical::kMustNot},
    {oid::Bytes("\x55\x1d\x09"), "subjectDirectoryAttributes", Critical::kMustNot,
     Critical::kMustNot},
    {oid::kExtendedKeyUsage, "extKeyUsage", Critical::kMay, Critical::kMay},
    {oid::kAuthorityInfoAccess, "authorityInfoAccess", Critical::kMustNot, Critical::kMustNot},
    {oid::Bytes("\x2b\x06\x01\x05\x05\x07\x01\x0b"), "subjectInfoAccess", Critical::kMustNot,
     Critical::kMustNot},
    {oid::kNoRevAvail, "noRevAvail", Critical::kMustNot, Critical::kMustNot},
    {oid::kOcspNoCheck, "id-pkix-ocsp-nocheck", Critical::kMay, Critical::kMay},
    // RFC 6962 3.1: the poison of a precertificate, which is critical on purpose.
    {oid::Bytes("\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x03"), "the poison of a precertificate",
     Critical::kMust, Critical::kMust},
};

const Known* Find(absl::string_view extension) {
  const auto* const found =
      std::find_if(std::begin(kKnown), std::end(kKnown),
                   [extension](const Known& known) { return known.oid == extension; });
  return found == std::end(kKnown) ? nullptr : found;
}

std::string NameOf(absl::string_view extension) {
  const Known* const known = Find(extension);
  return known == nullptr ? absl::StrCat("extension ", der::OidToString(extension)) : known->name;
}

void LintCriticality(const RawExtension& extension, bool is_ca, Findings* findings) {
  const Known* const known = Find(extension.oid);
  if (known == nullptr) {
    if (extension.critical) {
      findings->Add(Rule::kCriticalUnknown,
                    absl::StrCat("The extension ", der::OidToString(extension.oid),
                                 " is critical and not one of RFC 5280, so most programs refuse "
                                 "the certificate."));
    }
    return;
  }
  const Critical wanted = is_ca ? known->in_ca : known->critical;
  if (wanted == Critical::kMust && !extension.critical) {
    findings->Add(Rule::kCriticality,
                  absl::StrCat("The ", known->name, " is not critical, as it must be."));
  }
  if (wanted == Critical::kMustNot && extension.critical) {
    findings->Add(Rule::kCriticality,
                  absl::StrCat("The ", known->name, " is critical, as it must not be."));
  }
}

void LintKeyIds(const RawCertificate& certificate, Findings* findings) {
  if (certificate.Find(oid::kSubjectKeyIdentifier) == nullptr) {
    findings->Add(certificate.is_ca ? Rule::kSkiMissing : Rule::kSkiMissingLeaf,
                  "The certificate has no subjectKeyIdentifier.");
  }
  if (!certificate.self_issued() && certificate.Find(oid::kAuthorityKeyIdentifier) == nullptr) {
    findings->Add(Rule::kAkiMissing,
                  "The certificate has no authorityKeyIdentifier, by which programs find the key "
                  "of its issuer.");
  }
}

}  // namespace

void LintExtensions(const RawCertificate& certificate, Findings* findings) {
  if (!certificate.extensions_well_formed) {
    findings->Add(Rule::kExtensionForm,
                  "The extensions are not a list of at least one, each with its parts.");
  }
  absl::flat_hash_set<absl::string_view> seen;
  for (const RawExtension& extension : certificate.extensions) {
    if (!seen.insert(extension.oid).second) {
      findings->Add(Rule::kExtensionTwice,
                    absl::StrCat("The ", NameOf(extension.oid), " is there more than once."));
    }
    if (extension.default_written) {
      findings->Add(Rule::kExtensionDefault,
                    absl::StrCat("The ", NameOf(extension.oid),
                                 " says critical FALSE, which DER leaves out."));
    }
    if (!x509::IsExtensionContents(extension.oid, extension.value) ||
        (extension.oid == oid::kNoRevAvail && extension.value != "\x05" + std::string(1, '\0'))) {
      findings->Add(Rule::kExtensionContents, absl::StrCat("What the ", NameOf(extension.oid),
                                                           " holds is not what its type says."));
    }
    LintCriticality(extension, certificate.is_ca, findings);
  }
  if (certificate.has_extensions || certificate.version == 2) {
    LintKeyIds(certificate, findings);
  }
  if (const RawExtension* const constraints = certificate.Find(oid::kNameConstraints);
      constraints != nullptr && !certificate.is_ca) {
    findings->Add(Rule::kConstraintsLeaf,
                  "The certificate is not a CA's and has nameConstraints, which restrict nothing "
                  "there.");
  }
}

}  // namespace fleetca::client::lint
