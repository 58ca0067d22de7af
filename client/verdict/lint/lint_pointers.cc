#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/verdict/lint/lint_parts.h"
#include "x509/certificate.h"
#include "x509/certificate_extensions.h"
#include "x509/der/oid.h"

namespace fleetca::client::lint {
namespace {

namespace oid = x509::oid;

// The extension alone, read by the strict reader, so that one malformed extension does not hide
// what another says.
x509::Certificate ReadAlone(const RawCertificate& certificate, absl::string_view extension_oid,
                            std::string* der, Findings* findings) {
  x509::Certificate read;
  const RawExtension* const extension = certificate.Find(extension_oid);
  if (extension == nullptr) {
    return read;
  }
  x509::der::Writer id(der);
  id.Oid(extension->oid);
  id.Element(x509::der::kOctetString, extension->value);
  *der = x509::der::Encode(x509::der::kSequence, *der);
  if (!x509::ParseExtensions(x509::CertificateRole::kCertificate, x509::der::Reader(*der), &read)
           .ok()) {
    findings->Add(Rule::kExtensionContents,
                  absl::StrCat("What the extension ", x509::der::OidToString(extension_oid),
                               " holds is not what its type says."));
    return x509::Certificate();
  }
  return read;
}

bool AnyHttp(const x509::UrlList& urls) {
  return std::any_of(urls.begin(), urls.end(), [](absl::string_view url) {
    return absl::StartsWithIgnoreCase(url, "http://");
  });
}

}  // namespace

void LintPointers(const RawCertificate& certificate, Findings* findings) {
  std::string crl_der, access_der;
  const x509::Certificate crl =
      ReadAlone(certificate, oid::kCrlDistributionPoints, &crl_der, findings);
  const x509::Certificate access =
      ReadAlone(certificate, oid::kAuthorityInfoAccess, &access_der, findings);
  const bool has_crl = certificate.Find(oid::kCrlDistributionPoints) != nullptr;
  const bool no_rev_avail = certificate.Find(oid::kNoRevAvail) != nullptr;
  if (has_crl && !AnyHttp(crl.crl_urls)) {
    findings->Add(Rule::kCrlUrl,
                  "The cRLDistributionPoints have no URL of http, and most programs "
                  "fetch CRLs by nothing else.");
  }
  if (!access.ocsp_urls.empty() && !AnyHttp(access.ocsp_urls)) {
    findings->Add(Rule::kOcspUrl,
                  "The OCSP responder has no URL of http, and most programs ask "
                  "by nothing else.");
  }
  if (no_rev_avail && (certificate.is_ca || has_crl || !access.ocsp_urls.empty())) {
    findings->Add(Rule::kNoRevAvail,
                  certificate.is_ca
                      ? "The certificate is a CA's and has noRevAvail, as a leaf alone may."
                      : "The certificate says that no word of its revocation exists, and where it "
                        "is.");
  }
  if (certificate.self_issued()) {
    return;
  }
  if (access.ca_issuers_urls.empty()) {
    findings->Add(Rule::kIssuerUrl,
                  "The certificate does not say where that of its issuer is, so "
                  "every server has to send it.");
  }
  if (!no_rev_avail && !has_crl && access.ocsp_urls.empty() &&
      certificate.Find(oid::kOcspNoCheck) == nullptr) {
    findings->Add(Rule::kNoWordOfRevocation,
                  "The certificate names no CRL and no OCSP responder, and has no noRevAvail.");
  }
}

}  // namespace fleetca::client::lint
