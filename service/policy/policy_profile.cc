#include "service/policy/policy_profile.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/policy/name_rules.h"
#include "x509/san.h"
#include "x509/tbs.h"

namespace fleetca::service {
namespace {

using x509::PublicKeyAlgorithm;

constexpr uint16_t kCaBits = x509::kKeyCertSign | x509::kCrlSign;

bool CertifiesOnly(const ProfileOptions& profile, std::vector<PublicKeyAlgorithm> allowed) {
  const auto& listed = profile.key_algorithms;
  return !listed.empty() &&
         std::all_of(listed.begin(), listed.end(), [&allowed](PublicKeyAlgorithm algorithm) {
           return std::find(allowed.begin(), allowed.end(), algorithm) != allowed.end();
         });
}

void CheckKeyUsage(const std::string& field, const PolicyProfileOptions& options,
                   Mistakes* mistakes) {
  const uint16_t usage = options.key_usage;
  const size_t before = mistakes->size();
  if (usage == 0) {
    return;
  }
  if (options.subordinate_ca.has_value() && (usage & x509::kKeyCertSign) == 0) {
    mistakes->Add(field, "has no KEY_USAGE_KEY_CERT_SIGN, which a subordinate CA needs; add it");
  }
  if (!options.subordinate_ca.has_value() && (usage & kCaBits) != 0) {
    mistakes->Add(field,
                  "has KEY_USAGE_KEY_CERT_SIGN or KEY_USAGE_CRL_SIGN, which are for CAs; remove "
                  "it, or write subordinate_ca");
  }
  if ((usage & x509::kKeyEncipherment) != 0 &&
      !CertifiesOnly(options.profile, {PublicKeyAlgorithm::kRsa})) {
    mistakes->Add(field,
                  "has KEY_USAGE_KEY_ENCIPHERMENT, which RSA keys alone can do; make "
                  "KEY_ALGORITHM_RSA the profile's only key algorithm, or remove it");
  }
  if ((usage & x509::kKeyAgreement) != 0 &&
      !CertifiesOnly(options.profile, {PublicKeyAlgorithm::kP256, PublicKeyAlgorithm::kP384})) {
    mistakes->Add(field,
                  "has KEY_USAGE_KEY_AGREEMENT, which P-256 and P-384 keys alone can do; make them "
                  "the profile's only key algorithms, or remove it");
  }
  // RFC 5280 section 4.2.1.12: serverAuth and clientAuth go with keyEncipherment too, but TLS 1.3,
  // and every client's own authentication, is a signature.
  if (mistakes->size() == before && !options.subordinate_ca.has_value() &&
      (usage & x509::kDigitalSignature) == 0) {
    mistakes->Add(
        field,
        "has no KEY_USAGE_DIGITAL_SIGNATURE, without which a certificate is of no use for "
        "TLS 1.3 or as a client; add it");
  }
}

void CheckDomains(const std::string& field, const std::vector<std::string>& domains,
                  Mistakes* mistakes) {
  for (size_t i = 0; i < domains.size(); ++i) {
    const absl::Status status = x509::CheckName({x509::NameType::kDns, domains[i]}, "");
    const std::string here = absl::StrCat(field, "[", i, "]");
    if (mistakes->Check(here, status) && absl::StrContains(domains[i], "*")) {
      mistakes->Add(here,
                    "has a \"*\"; write \"fleet.example\" for that name and every name below it");
    }
  }
}

void CheckSubtrees(const std::string& field, const NameSubtrees& subtrees, Mistakes* mistakes) {
  CheckDomains(field + ".dns_domains", subtrees.dns_domains, mistakes);
  CheckDomains(field + ".uri_domains", subtrees.uri_domains, mistakes);
  CheckDomains(field + ".email_domains", subtrees.email_domains, mistakes);
  if (!subtrees.ip_prefixes.empty()) {
    NameRulesOptions prefixes;
    prefixes.ip_prefixes = subtrees.ip_prefixes;
    mistakes->AddBelow(field, NameRules::FindMistakes(prefixes, ""));
  }
}

void CheckSubordinateCa(const std::string& field, const SubordinateCa& ca, Mistakes* mistakes) {
  if (ca.path_length < 0 || ca.path_length > kMaxPathLength) {
    mistakes->Add(field + ".path_length",
                  absl::StrCat("is ", ca.path_length, "; write 0 to ", kMaxPathLength));
  }
  if (ca.permitted.empty()) {
    mistakes->Add(field + ".permitted_names",
                  "is missing; without it the CA could certify every name there is. List what it "
                  "may certify, as in { dns_domains: \"edge.fleet.example\" }");
  }
  CheckSubtrees(field + ".permitted_names", ca.permitted, mistakes);
  CheckSubtrees(field + ".excluded_names", ca.excluded, mistakes);
}

void CheckSubject(const std::string& field, const PolicyProfileOptions& options,
                  Mistakes* mistakes) {
  if (!options.subject.has_value()) {
    return;
  }
  if (options.subordinate_ca.has_value()) {
    mistakes->Add(field,
                  "is not for a profile of subordinate CAs, whose subject is the trust domain and "
                  "the path of the identity; remove it");
  } else if (options.profile.subject != SubjectForm::kEmpty) {
    mistakes->Add(field,
                  "is written beside profile.subject, SUBJECT_FORM_FIRST_DNS_NAME; remove one");
  }
  mistakes->AddBelow(field, SubjectTemplate::FindMistakes(*options.subject));
}

// noRevAvail beside word of a revocation, and in a CA's certificate, is what RFC 9608 forbids.
void CheckRevocation(const std::string& field, const PolicyProfileOptions& options,
                     Mistakes* mistakes) {
  if (options.revocation != RevocationSource::kNone) {
    return;
  }
  if (options.subordinate_ca.has_value()) {
    mistakes->Add(field,
                  "is REVOCATION_NONE, and the certificate of a CA must be revocable; remove it");
  } else if (!options.profile.crl_url.empty()) {
    mistakes->Add(field, "is REVOCATION_NONE beside profile.crl_url; remove one");
  }
}

void CheckRenewalGrace(const std::string& field, const PolicyProfileOptions& options,
                       Mistakes* mistakes) {
  const absl::Duration grace = options.renewal_grace;
  if (grace < absl::ZeroDuration() || grace > kMaxRenewalGrace) {
    mistakes->Add(field,
                  absl::StrCat("is ", absl::FormatDuration(grace),
                               "; write up to 90 days, 7776000 seconds, or remove it for none"));
  } else if (grace > absl::ZeroDuration() && options.subordinate_ca.has_value()) {
    mistakes->Add(field, "is not for a profile of subordinate CAs, which renew nothing; remove it");
  }
}

uint16_t KeyUsageOf(const PolicyProfileOptions& options) {
  if (options.key_usage != 0) {
    return options.key_usage;
  }
  return options.subordinate_ca.has_value() ? kCaBits : uint16_t{x509::kDigitalSignature};
}

}  // namespace

absl::string_view RevocationSourceName(RevocationSource source) {
  switch (source) {
    case RevocationSource::kDefault:
      return "default";
    case RevocationSource::kCrlAndOcsp:
      return "crl_and_ocsp";
    case RevocationSource::kCrl:
      return "crl";
    case RevocationSource::kNone:
      return "none";
  }
  return "default";
}

std::optional<PolicyProfile> CompileProfile(absl::string_view field,
                                            const PolicyProfileOptions& options,
                                            absl::string_view trust_domain, Mistakes* mistakes) {
  const size_t before = mistakes->size();
  mistakes->AddBelow(absl::StrCat(field, ".profile"),
                     Profile::FindMistakes(options.profile, trust_domain));
  CheckKeyUsage(absl::StrCat(field, ".key_usages"), options, mistakes);
  if (options.subordinate_ca.has_value()) {
    CheckSubordinateCa(absl::StrCat(field, ".subordinate_ca"), *options.subordinate_ca, mistakes);
  }
  CheckSubject(absl::StrCat(field, ".subject"), options, mistakes);
  CheckRevocation(absl::StrCat(field, ".revocation"), options, mistakes);
  CheckRenewalGrace(absl::StrCat(field, ".renewal_grace"), options, mistakes);
  if (mistakes->size() != before) {
    return std::nullopt;
  }
  absl::StatusOr<Profile> profile = Profile::Create(options.profile, trust_domain);
  if (!mistakes->Check(field, profile.status())) {
    return std::nullopt;
  }
  return PolicyProfile{*std::move(profile),  KeyUsageOf(options),      options.subordinate_ca,
                       options.subject,      options.on_stale_lineage, options.revocation,
                       options.renewal_grace};
}

}  // namespace fleetca::service
