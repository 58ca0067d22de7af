#include "service/issuance/contents.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "base/time_rounding.h"
#include "base/time_text.h"
#include "service/issuance/renewal.h"
#include "service/revocation/crl_shard.h"
#include "x509/authz/fleet_authz.h"
#include "x509/authz/provenance.h"
#include "x509/lint/lint.h"
#include "x509/name.h"
#include "x509/serial.h"

namespace fleetca::service {
namespace {

// A certificate that would end sooner than this is refused: the issuing CA itself is about to end.
constexpr absl::Duration kShortestLifetime = absl::Minutes(1);

x509::FleetAuthz GrantsOf(const Decision& decision) {
  x509::FleetAuthz grants;
  grants.policy_revision = static_cast<uint64_t>(decision.policy_revision);
  grants.roles.assign(decision.roles.begin(), decision.roles.end());
  if (!decision.audience.empty()) {
    grants.audience.emplace(decision.audience.begin(), decision.audience.end());
  }
  grants.attributes.reserve(decision.attributes.size());
  for (const Decision::Attribute& attribute : decision.attributes) {
    grants.attributes.push_back({std::string(attribute.name), attribute.value});
  }
  return grants;
}

x509::Provenance ProvenanceOf(const IssuanceItem& item) {
  const Issuance& issuance = *item.issuance;
  x509::Provenance provenance;
  provenance.profile = item.decision.profile->profile.name();
  provenance.attestation = AttestationOf(*issuance.caller);
  if (!issuance.request.request_id.empty()) {
    provenance.request_id = std::string(issuance.request.request_id);
  }
  provenance.generation = GenerationOf(item);
  return provenance;
}

}  // namespace

absl::Status DecideValidity(IssuanceItem& item, const IssuingCa& ca, absl::Time now) {
  const Profile& profile = item.decision.profile->profile;
  const absl::Time start = FloorToSecond(now);
  item.spec.not_before = std::max(start - profile.backdate(), ca.not_before);
  const absl::Time token_end = CertificatesEndOf(*item.issuance->caller);
  if (token_end - start < kShortestLifetime) {
    return InvalidArgument(
        Reason::kLifetimeInvalid, "lifetime",
        absl::StrCat(
            "certificates of this token's issuer end with the token, and this one ends at ",
            TimeToWords(token_end), ", less than a minute from now; get a new token"));
  }
  item.spec.not_after = std::min({start + item.decision.lifetime, ca.not_after, token_end});
  if (item.spec.not_after - start < kShortestLifetime) {
    return FailedPrecondition(
        Reason::kIssuerExpiring,
        absl::StrCat("The issuing certificate ends at ", TimeToWords(ca.not_after),
                     ", too soon to issue under it; the CA's operator must renew it"));
  }
  return absl::OkStatus();
}

absl::Status BuildAndLint(IssuanceItem& item, const IssuingProfile& profile,
                          const ContentsOptions& options, absl::Time now) {
  x509::CertSpec& spec = item.spec;
  FLEETCA_ASSIGN_OR_RETURN(spec.serial,
                           x509::SerialNumber::Create(spec.not_after, options.instance_id, now));
  spec.subject_public_key_info = item.csr.public_key.spki;
  spec.key_bits = item.csr.public_key.key_bits;
  spec.names = item.decision.names;
  spec.subject = x509::BuildName(item.decision.subject);
  if (spec.subject == profile.lint_policy.issuer) {
    return InvalidArgument(
        Reason::kSubjectInvalid, "identity",
        absl::StrCat("The subject that the policy makes for ", item.decision.identity(),
                     " is the issuing CA's own name; have the CA's operator change the subject in "
                     "the policy's rule \"",
                     item.decision.subject_rule, "\" or its profile"));
  }
  x509::LintExpectation expectation{spec.serial.bytes(), spec.subject_public_key_info};
  expectation.subject = &item.decision.subject;
  if (profile.crl_shards != 0) {
    item.crl_shard = CrlShardOf(spec.serial.bytes(), profile.crl_shards);
    item.crl_url = CrlShardUrl(profile.crl_shards_url, *item.crl_shard);
    spec.crl_url = item.crl_url;
    expectation.crl_url = item.crl_url;
  }
  x509::FleetAuthz grants;
  x509::Provenance provenance;
  if (!profile.is_ca) {
    grants = GrantsOf(item.decision);
    FLEETCA_ASSIGN_OR_RETURN(spec.fleet_authz, x509::BuildFleetAuthz(grants));
    expectation.fleet_authz = &grants;
    if (options.provenance) {
      provenance = ProvenanceOf(item);
      FLEETCA_ASSIGN_OR_RETURN(spec.provenance, x509::BuildProvenance(provenance));
      expectation.provenance = &provenance;
    }
  }
  FLEETCA_ASSIGN_OR_RETURN(item.prepared, x509::LintTbs(profile.tbs_template->Build(spec),
                                                        profile.lint_policy, expectation));
  return absl::OkStatus();
}

}  // namespace fleetca::service
