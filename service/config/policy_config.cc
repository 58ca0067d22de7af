#include "service/config/policy_config.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/config/config_reader.h"
#include "base/config/config_text.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/mistakes.h"
#include "base/status_macros.h"
#include "fleetca/policy/v1/policy.pb.h"
#include "service/config/first_certificate_file.h"
#include "service/config/profile_config.h"
#include "x509/first_certificate.h"
#include "x509/tbs.h"

namespace fleetca::service {
namespace {

namespace pb = policy::v1;

constexpr std::pair<pb::KeyUsage, uint16_t> kKeyUsages[] = {
    {pb::KEY_USAGE_DIGITAL_SIGNATURE, x509::kDigitalSignature},
    {pb::KEY_USAGE_KEY_ENCIPHERMENT, x509::kKeyEncipherment},
    {pb::KEY_USAGE_KEY_AGREEMENT, x509::kKeyAgreement},
    {pb::KEY_USAGE_KEY_CERT_SIGN, x509::kKeyCertSign},
    {pb::KEY_USAGE_CRL_SIGN, x509::kCrlSign},
};

template <typename Repeated>
std::vector<std::string> ToVector(const Repeated& values) {
  return {values.begin(), values.end()};
}

uint16_t ReadKeyUsages(absl::string_view field, const pb::Profile& written, ConfigReader* reader) {
  uint16_t usage = 0;
  for (int i = 0; i < written.key_usages_size(); ++i) {
    const std::string here = At(Below(field, "key_usages"), i);
    uint16_t bit = 0;
    for (const auto& [value, meant] : kKeyUsages) {
      bit = written.key_usages(i) == value ? meant : bit;
    }
    if (bit == 0) {
      reader->Mistake(here,
                      "is not a key usage; write KEY_USAGE_DIGITAL_SIGNATURE, "
                      "KEY_USAGE_KEY_ENCIPHERMENT, KEY_USAGE_KEY_AGREEMENT, "
                      "KEY_USAGE_KEY_CERT_SIGN or KEY_USAGE_CRL_SIGN");
    } else if ((usage & bit) != 0) {
      reader->Mistake(here, "is listed twice; remove one");
    }
    usage |= bit;
  }
  return usage;
}

NameSubtrees ReadSubtrees(const pb::NameSubtrees& written) {
  NameSubtrees subtrees;
  subtrees.dns_domains = ToVector(written.dns_domains());
  subtrees.ip_prefixes = ToVector(written.ip_prefixes());
  subtrees.uri_domains = ToVector(written.uri_domains());
  subtrees.email_domains = ToVector(written.email_domains());
  return subtrees;
}

SubordinateCa ReadSubordinateCa(const pb::SubordinateCa& written) {
  SubordinateCa ca;
  ca.path_length = static_cast<int>(
      std::min<uint32_t>(written.path_length(), std::numeric_limits<int32_t>::max()));
  ca.permitted = ReadSubtrees(written.permitted_names());
  ca.excluded = ReadSubtrees(written.excluded_names());
  return ca;
}

SubjectOptions ReadSubject(const pb::Subject& written) {
  return {.common_name = written.common_name(),
          .organizations = ToVector(written.organization()),
          .organizational_units = ToVector(written.organizational_unit()),
          .country = written.country()};
}

RevocationSource ReadRevocation(absl::string_view field, pb::Revocation written,
                                ConfigReader* reader) {
  switch (written) {
    case pb::REVOCATION_UNSPECIFIED:
      return RevocationSource::kDefault;
    case pb::REVOCATION_CRL_AND_OCSP:
      return RevocationSource::kCrlAndOcsp;
    case pb::REVOCATION_CRL:
      return RevocationSource::kCrl;
    case pb::REVOCATION_NONE:
      return RevocationSource::kNone;
    default:
      reader->Mistake(field,
                      "is not a source; write REVOCATION_CRL_AND_OCSP, REVOCATION_CRL or "
                      "REVOCATION_NONE");
      return RevocationSource::kDefault;
  }
}

PolicyProfileOptions ReadPolicyProfile(absl::string_view field, const pb::Profile& written,
                                       absl::string_view trust_domain, ConfigReader* reader) {
  PolicyProfileOptions options;
  options.profile = ReadProfile(Below(field, "profile"), written.profile(), trust_domain, reader);
  options.key_usage = ReadKeyUsages(field, written, reader);
  if (written.has_subordinate_ca()) {
    options.subordinate_ca = ReadSubordinateCa(written.subordinate_ca());
  }
  if (written.has_subject()) {
    options.subject = ReadSubject(written.subject());
  }
  if (written.on_stale_lineage() == pb::STALE_LINEAGE_BLOCK) {
    options.on_stale_lineage = StaleLineage::kBlock;
  }
  options.revocation = ReadRevocation(Below(field, "revocation"), written.revocation(), reader);
  if (written.has_renewal_grace()) {
    options.renewal_grace =
        reader->Duration(Below(field, "renewal_grace"), written.renewal_grace());
  }
  return options;
}

std::vector<Right> ReadRights(const pb::Rights& written) {
  std::vector<Right> rights;
  const auto add = [&rights](bool may, Right right) {
    if (may) {
      rights.push_back(right);
    }
  };
  add(written.may_get_certificates(), Right::kGetCertificates);
  add(written.may_read_statistics(), Right::kReadStatistics);
  add(written.may_use_reflection(), Right::kUseReflection);
  add(written.may_manage_tokens(), Right::kManageTokens);
  add(written.may_apply_policy(), Right::kApplyPolicy);
  add(written.may_revoke_certificates(), Right::kRevokeCertificates);
  return rights;
}

Budget ReadBudget(absl::string_view field, const pb::Budget& written, ConfigReader* reader) {
  const uint64_t most = std::numeric_limits<int64_t>::max();
  return {static_cast<int64_t>(std::min<uint64_t>(written.certificates(), most)),
          reader->Duration(Below(field, "per"), written.per())};
}

RuleOptions ReadRule(const std::string& field, const pb::Rule& written, ConfigReader* reader) {
  RuleOptions rule;
  rule.name = written.name();
  rule.identity = written.identity();
  rule.profiles = ToVector(written.profiles());
  rule.dns_names = ToVector(written.dns_names());
  rule.dns_suffixes = ToVector(written.dns_suffixes());
  rule.dns_regexes = ToVector(written.dns_regexes());
  rule.ip_prefixes = ToVector(written.ip_prefixes());
  rule.shared_names = written.shared_names();
  rule.roles = ToVector(written.roles());
  rule.audience = ToVector(written.audience());
  for (const pb::Attribute& attribute : written.attributes()) {
    rule.attributes.push_back({attribute.name(), attribute.value()});
  }
  if (written.has_max_lifetime()) {
    rule.max_lifetime = reader->Duration(Below(field, "max_lifetime"), written.max_lifetime());
  }
  rule.key_algorithms =
      ReadKeyAlgorithms(Below(field, "key_algorithms"), written.key_algorithms(), reader);
  if (written.has_subject()) {
    rule.subject = ReadSubject(written.subject());
  }
  if (written.has_budget()) {
    rule.budget = ReadBudget(Below(field, "budget"), written.budget(), reader);
  }
  rule.issue_for = ToVector(written.issue_for());
  rule.rights = ReadRights(written.rights());
  return rule;
}

PolicyOptions ReadPolicy(const pb::Policy& message, const ConfigText& written,
                         ConfigReader* reader) {
  PolicyOptions options;
  options.revision = message.policy_revision();
  options.revision_line = written.LineOf("policy_revision");
  options.trust_domain = reader->TrustDomain("trust_domain", message.trust_domain());
  for (int i = 0; i < message.profiles_size(); ++i) {
    options.profiles.push_back(
        ReadPolicyProfile(At("profiles", i), message.profiles(i), options.trust_domain, reader));
  }
  for (int i = 0; i < message.identities_size(); ++i) {
    const std::string field = At("identities", i);
    options.rules.push_back(ReadRule(field, message.identities(i), reader));
    options.rules.back().line = written.LineOf(field);
  }
  return options;
}

// What ReadProfile has reported already.
bool IsOfTheProfileItself(absl::string_view field) {
  const std::vector<absl::string_view> steps = absl::StrSplit(field, '.');
  return steps.size() > 1 && absl::StartsWith(steps[0], "profiles[") && steps[1] == "profile";
}

}  // namespace

absl::StatusOr<std::unique_ptr<const Policy>> ParsePolicy(absl::string_view text,
                                                          absl::string_view path,
                                                          ReservedNames reserved) {
  pb::Policy message;
  ConfigText written(text, path, &message);
  if (!written.parsed()) {
    return written.ToStatus();
  }
  ConfigReader reader(&written, "");
  Mistakes mistakes;
  PolicyOptions options = ReadPolicy(message, written, &reader);
  options.reserved = std::move(reserved);
  absl::StatusOr<std::unique_ptr<const Policy>> policy =
      Policy::Create(std::move(options), &mistakes);
  for (const absl::Status& mistake : mistakes) {
    const std::string field = GetField(mistake);
    if (!IsOfTheProfileItself(field)) {
      reader.Mistake(field, mistake.message());
    }
  }
  FLEETCA_RETURN_IF_ERROR(written.ToStatus());
  return policy;
}

absl::StatusOr<std::unique_ptr<const Policy>> LoadPolicy(absl::string_view path,
                                                         ReservedNames reserved) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return ParsePolicy(text, path, std::move(reserved));
}

absl::StatusOr<ReservedNames> LoadReservedNames(absl::string_view certificate_file) {
  FLEETCA_ASSIGN_OR_RETURN(const x509::HeldCertificate certificate,
                           ReadFirstCertificate(certificate_file));
  return ReservedNamesOf(*certificate);
}

}  // namespace fleetca::service
