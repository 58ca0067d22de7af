#include "service/issuing_profile.h"

#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "x509/oid.h"

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

}  // namespace

absl::StatusOr<std::unique_ptr<IssuingProfile>> IssuingProfile::Create(
    Profile profile, const x509::Certificate& issuer, SignatureScheme scheme) {
  const ProfileOptions& options = profile.options();
  x509::TbsTemplateOptions template_options;
  template_options.issuer = std::string(issuer.subject);
  template_options.authority_key_id = std::string(issuer.subject_key_id);
  template_options.signature_scheme = scheme;
  template_options.key_usage = x509::kDigitalSignature;
  template_options.extended_key_usage = KeyPurposes(options);
  template_options.ca_issuers_url = options.ca_issuers_url;
  template_options.crl_url = options.crl_url;
  FLEETCA_ASSIGN_OR_RETURN(auto tbs_template,
                           x509::TbsTemplate::Create(std::move(template_options)));

  // Stated again from the profile and the issuer, not read from the template: the lint is to find
  // what the template gets wrong.
  x509::LintPolicy lint_policy;
  lint_policy.issuer = std::string(issuer.subject);
  lint_policy.authority_key_id = std::string(issuer.subject_key_id);
  lint_policy.signature_scheme = scheme;
  lint_policy.issuer_not_after = issuer.not_after;
  lint_policy.max_validity = profile.max_lifetime() + profile.backdate();
  lint_policy.key_usage = x509::kDigitalSignature;
  lint_policy.extended_key_usage = KeyPurposes(options);

  return std::make_unique<IssuingProfile>(IssuingProfile{std::move(profile), issuer.not_before,
                                                         issuer.not_after, std::move(tbs_template),
                                                         std::move(lint_policy)});
}

}  // namespace fleetca::service
