#include "service/issuance/issuing_profile.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/der/oid.h"
#include "x509/ip_prefix.h"
#include "x509/name_constraints.h"

namespace fleetca::service {
namespace {

std::vector<std::string> KeyPurposes(const ProfileOptions& options) {
  std::vector<std::string> purposes;
  if (options.server_auth) {
    purposes.emplace_back(x509::oid::kServerAuth);
  }
  if (options.client_auth) {
    purposes.emplace_back(x509::oid::kClientAuth);
  }
  return purposes;
}

absl::Status CheckPathLength(const PolicyProfile& profile, const IssuingCa& ca) {
  if (profile.subordinate_ca.has_value() && ca.path_length.has_value() &&
      profile.subordinate_ca->path_length >= *ca.path_length) {
    return FailedPrecondition(
        Reason::kConfigInvalid,
        absl::StrCat("The profile \"", profile.profile.name(),
                     "\" makes CAs with a path length of ", profile.subordinate_ca->path_length,
                     ", but the issuing certificate's own is ", *ca.path_length,
                     "; use an issuing certificate with a greater one, or remove the profile"));
  }
  return absl::OkStatus();
}

absl::StatusOr<x509::Subtrees> SubtreesOf(const NameSubtrees& subtrees) {
  x509::Subtrees out;
  out.dns_domains = subtrees.dns_domains;
  out.uri_domains = subtrees.uri_domains;
  out.email_domains = subtrees.email_domains;
  for (const std::string& prefix : subtrees.ip_prefixes) {
    FLEETCA_ASSIGN_OR_RETURN(out.ip_prefixes.emplace_back(), x509::ParseIpPrefix(prefix));
  }
  return out;
}

absl::StatusOr<x509::NameConstraints> ConstraintsOf(const SubordinateCa& ca) {
  x509::NameConstraints out;
  FLEETCA_ASSIGN_OR_RETURN(out.permitted, SubtreesOf(ca.permitted));
  FLEETCA_ASSIGN_OR_RETURN(out.excluded, SubtreesOf(ca.excluded));
  return out;
}

// What a profile's certificates say of word of their revocation, and of the issuing certificate.
struct Pointers {
  RevocationSource revocation = RevocationSource::kDefault;
  std::string ca_issuers_url;
  std::string ocsp_url;
  // The one CRL of all of them; or else, where there are shards, what CrlShardUrl is given.
  std::string crl_url;
  std::string crl_shards_url;
  uint16_t crl_shards = 0;
};

// The profile's own URLs go before the server's.
Pointers PointersOf(const PolicyProfile& profile, const IssuingCa& ca) {
  const ProfileOptions& options = profile.profile.options();
  Pointers out;
  out.revocation = profile.revocation;
  out.ca_issuers_url = options.ca_issuers_url;
  out.crl_url = options.crl_url;
  if (ca.pointers.has_value()) {
    const RevocationPointers& pointers = *ca.pointers;
    if (out.revocation == RevocationSource::kDefault) {
      out.revocation = RevocationSource::kCrlAndOcsp;
    }
    if (out.ca_issuers_url.empty()) {
      out.ca_issuers_url = pointers.CaIssuersUrl(ca.key_id);
    }
    if (out.revocation == RevocationSource::kCrlAndOcsp) {
      out.ocsp_url = pointers.OcspUrl();
    }
    if (out.revocation != RevocationSource::kNone && out.crl_url.empty()) {
      // The shards say that they are of leaves alone.
      if (profile.subordinate_ca.has_value()) {
        out.crl_url = pointers.CompleteCrlUrl(ca.key_id);
      } else {
        out.crl_shards_url = pointers.CrlShardsUrl(ca.key_id);
        out.crl_shards = pointers.crl_shards;
      }
    }
  } else if (out.revocation == RevocationSource::kDefault && !out.crl_url.empty()) {
    out.revocation = RevocationSource::kCrl;
  }
  return out;
}

absl::Status CheckRevocation(const PolicyProfile& profile, const IssuingCa& ca) {
  const bool needs_port =
      profile.revocation == RevocationSource::kCrlAndOcsp ||
      (profile.revocation == RevocationSource::kCrl && profile.profile.options().crl_url.empty());
  if (needs_port && !ca.pointers.has_value()) {
    return FailedPrecondition(
        Reason::kConfigInvalid,
        absl::StrCat("The profile \"", profile.profile.name(), "\" has revocation \"",
                     RevocationSourceName(profile.revocation),
                     "\", but the server has no HTTP port that its certificates could name; write "
                     "http { base_url: \"...\" } into the server's configuration, or remove "
                     "revocation from the profile"));
  }
  return absl::OkStatus();
}

x509::TbsTemplateOptions TemplateOptions(const PolicyProfile& profile, const IssuingCa& ca) {
  const ProfileOptions& options = profile.profile.options();
  x509::TbsTemplateOptions out;
  out.issuer = ca.subject;
  out.authority_key_id = ca.key_id;
  out.signature_scheme = ca.scheme;
  out.key_usage = profile.key_usage;
  out.extended_key_usage = KeyPurposes(options);
  const Pointers pointers = PointersOf(profile, ca);
  out.ca_issuers_url = pointers.ca_issuers_url;
  out.ocsp_url = pointers.ocsp_url;
  out.crl_url = pointers.crl_url;
  out.no_rev_avail = pointers.revocation == RevocationSource::kNone;
  out.authz_oids = ca.oids;
  if (profile.subordinate_ca.has_value()) {
    out.is_ca = true;
    out.path_length = profile.subordinate_ca->path_length;
  }
  return out;
}

// Stated again from the profile and the issuing CA, not read from the template: the lint is to find
// what the template gets wrong.
x509::LintPolicy LintPolicyOf(const PolicyProfile& profile, const IssuingCa& ca) {
  x509::LintPolicy out;
  out.issuer = ca.subject;
  out.authority_key_id = ca.key_id;
  out.signature_scheme = ca.scheme;
  out.issuer_not_after = ca.not_after;
  out.max_validity = profile.profile.max_lifetime() + profile.profile.backdate();
  out.key_usage = profile.key_usage;
  out.extended_key_usage = KeyPurposes(profile.profile.options());
  const Pointers pointers = PointersOf(profile, ca);
  out.ca_issuers_url = pointers.ca_issuers_url;
  out.ocsp_url = pointers.ocsp_url;
  out.crl_url = pointers.crl_url;
  out.no_rev_avail = pointers.revocation == RevocationSource::kNone;
  out.dns_underscores = profile.profile.options().names.dns_underscores;
  out.authz_oids = ca.oids;
  if (profile.subordinate_ca.has_value()) {
    out.is_ca = true;
    out.path_length = profile.subordinate_ca->path_length;
  }
  return out;
}

}  // namespace

absl::StatusOr<IssuingProfile> IssuingProfile::Create(const PolicyProfile& profile,
                                                      const IssuingCa& ca) {
  FLEETCA_RETURN_IF_ERROR(CheckPathLength(profile, ca));
  FLEETCA_RETURN_IF_ERROR(CheckRevocation(profile, ca));
  IssuingProfile joined;
  x509::TbsTemplateOptions options = TemplateOptions(profile, ca);
  joined.lint_policy = LintPolicyOf(profile, ca);
  if (profile.subordinate_ca.has_value()) {
    FLEETCA_ASSIGN_OR_RETURN(options.name_constraints, ConstraintsOf(*profile.subordinate_ca));
    FLEETCA_ASSIGN_OR_RETURN(joined.lint_policy.name_constraints,
                             ConstraintsOf(*profile.subordinate_ca));
  }
  FLEETCA_ASSIGN_OR_RETURN(joined.tbs_template, x509::TbsTemplate::Create(std::move(options)));
  joined.is_ca = profile.subordinate_ca.has_value();
  Pointers pointers = PointersOf(profile, ca);
  joined.revocation = pointers.revocation;
  joined.crl_shards_url = std::move(pointers.crl_shards_url);
  joined.crl_shards = pointers.crl_shards;
  return joined;
}

}  // namespace fleetca::service
