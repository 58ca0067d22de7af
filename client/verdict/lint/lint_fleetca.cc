#include <optional>

#include "absl/strings/str_cat.h"
#include "client/verdict/lint/lint_parts.h"
#include "x509/authz/fleet_authz.h"
#include "x509/authz/provenance.h"
#include "x509/certificate.h"
#include "x509/der/oid.h"
#include "x509/lint/lint.h"
#include "x509/signature_algorithm.h"

namespace fleetca::client::lint {
namespace {

// The policy that such a certificate would have been issued by: it says itself what is the policy's
// to choose, and what remains is what no policy changes.
x509::LintPolicy PolicyOf(const x509::Certificate& certificate, SignatureScheme scheme,
                          const x509::AuthzOids& oids) {
  x509::LintPolicy policy{.issuer = std::string(certificate.issuer),
                          .authority_key_id = std::string(certificate.authority_key_id),
                          .signature_scheme = scheme,
                          .issuer_not_after = certificate.not_after,
                          .max_validity = certificate.not_after - certificate.not_before,
                          .is_ca = certificate.is_ca,
                          .path_length = certificate.path_length,
                          .key_usage = certificate.key_usage,
                          .no_rev_avail = certificate.no_rev_avail,
                          .dns_underscores = true,
                          .authz_oids = oids};
  for (const absl::string_view purpose : certificate.extended_key_usage) {
    policy.extended_key_usage.emplace_back(purpose);
  }
  const auto first = [](const x509::UrlList& urls) {
    return urls.empty() ? std::string() : std::string(urls.front());
  };
  policy.ca_issuers_url = first(certificate.ca_issuers_urls);
  policy.ocsp_url = first(certificate.ocsp_urls);
  policy.crl_url = first(certificate.crl_urls);
  return policy;
}

}  // namespace

void LintAsFleetca(const RawCertificate& raw, const x509::AuthzOids& oids, Findings* findings) {
  const RawExtension* const authz = raw.Find(oids.authz);
  const RawExtension* const provenance = raw.Find(oids.provenance);
  if (authz == nullptr && provenance == nullptr) {
    return;
  }
  const absl::StatusOr<x509::Certificate> certificate = x509::ParseCertificate(raw.der);
  if (!certificate.ok()) {
    return findings->Add(
        Rule::kFleetca,
        absl::StrCat("No CA of fleetca issues this: ", certificate.status().message(), "."));
  }
  const auto scheme = x509::ParseAlgorithmIdentifier(certificate->signature_algorithm, "signature");
  if (!scheme.ok()) {
    return;  // another rule has said so
  }
  x509::LintExpectation expectation{.serial = certificate->serial,
                                    .subject_public_key_info = certificate->public_key.spki};
  std::optional<x509::FleetAuthz> grants;
  std::optional<x509::Provenance> origin;
  if (authz != nullptr) {
    auto read = x509::ParseFleetAuthz(authz->value);
    if (!read.ok()) {
      return findings->Add(
          Rule::kFleetca, absl::StrCat("The roles cannot be read: ", read.status().message(), "."));
    }
    grants = *std::move(read);
    expectation.fleet_authz = &*grants;
  }
  if (provenance != nullptr) {
    auto read = x509::ParseProvenance(provenance->value);
    if (!read.ok()) {
      return findings->Add(
          Rule::kFleetca,
          absl::StrCat("The provenance cannot be read: ", read.status().message(), "."));
    }
    origin = *std::move(read);
    expectation.provenance = &*origin;
  }
  const absl::Status linted =
      x509::LintTbs(std::string(certificate->tbs), PolicyOf(*certificate, scheme->scheme, oids),
                    expectation)
          .status();
  if (!linted.ok()) {
    findings->Add(Rule::kFleetca, absl::StrCat("The certificate has fleetca's extensions, and no "
                                               "CA of fleetca would sign it: ",
                                               linted.message(), "."));
  }
}

}  // namespace fleetca::client::lint
