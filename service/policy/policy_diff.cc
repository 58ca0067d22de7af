#include "service/policy/policy_diff.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"

namespace fleetca::service {
namespace {

// Field and value, in the order of the schema; the same fields for every one of a kind.
using Fields = std::vector<std::pair<absl::string_view, std::string>>;

std::string ToText(const std::vector<std::string>& values) {
  return absl::CHexEscape(absl::StrCat("[", absl::StrJoin(values, ", "), "]"));
}

std::string ToText(const std::vector<x509::PublicKeyAlgorithm>& values) {
  return absl::StrCat("[",
                      absl::StrJoin(values, ", ",
                                    [](std::string* out, auto algorithm) {
                                      absl::StrAppend(out, x509::PublicKeyAlgorithmName(algorithm));
                                    }),
                      "]");
}

std::string ToText(const std::vector<AttributeOptions>& values) {
  return absl::CHexEscape(absl::StrCat("[",
                                       absl::StrJoin(values, ", ",
                                                     [](std::string* out, const auto& attribute) {
                                                       absl::StrAppend(out, attribute.name, " = ",
                                                                       attribute.value);
                                                     }),
                                       "]"));
}

// In the order of the schema, each once, so that the order of the file does not matter.
std::string ToText(const std::vector<Right>& values) {
  std::string text;
  for (const auto& [right, name] :
       {std::pair<Right, absl::string_view>{Right::kGetCertificates, "get_certificates"},
        {Right::kReadStatistics, "read_statistics"},
        {Right::kUseReflection, "use_reflection"},
        {Right::kManageTokens, "manage_tokens"},
        {Right::kApplyPolicy, "apply_policy"},
        {Right::kRevokeCertificates, "revoke_certificates"}}) {
    if (absl::c_linear_search(values, right)) {
      absl::StrAppend(&text, " ", name);
    }
  }
  return absl::StrCat("[", text, " ]");
}

std::string ToText(const std::optional<SubjectOptions>& value) {
  if (!value.has_value()) {
    return "default";
  }
  return absl::CHexEscape(absl::StrCat(
      "C [", value->country, "] O [", absl::StrJoin(value->organizations, ", "), "] OU [",
      absl::StrJoin(value->organizational_units, ", "), "] CN [", value->common_name, "]"));
}

std::string ToText(const std::optional<absl::Duration>& value) {
  return value.has_value() ? absl::FormatDuration(*value) : "default";
}

std::string ToText(const std::optional<Budget>& value) {
  return value.has_value()
             ? absl::StrCat(value->certificates, " per ", absl::FormatDuration(value->per))
             : "unlimited";
}

std::string ToText(const NameSubtrees& value) {
  return absl::StrCat("DNS ", ToText(value.dns_domains), " IP ", ToText(value.ip_prefixes), " URI ",
                      ToText(value.uri_domains), " email ", ToText(value.email_domains));
}

std::string ToText(bool value) { return value ? "true" : "false"; }

Fields FieldsOf(const RuleOptions& rule) {
  return {{"identity", absl::CHexEscape(rule.identity)},
          {"profiles", ToText(rule.profiles)},
          {"dns_names", ToText(rule.dns_names)},
          {"dns_suffixes", ToText(rule.dns_suffixes)},
          {"dns_regexes", ToText(rule.dns_regexes)},
          {"ip_prefixes", ToText(rule.ip_prefixes)},
          {"shared_names", ToText(rule.shared_names)},
          {"roles", ToText(rule.roles)},
          {"audience", ToText(rule.audience)},
          {"attributes", ToText(rule.attributes)},
          {"max_lifetime", ToText(rule.max_lifetime)},
          {"key_algorithms", ToText(rule.key_algorithms)},
          {"subject", ToText(rule.subject)},
          {"budget", ToText(rule.budget)},
          {"issue_for", ToText(rule.issue_for)},
          {"rights", ToText(rule.rights)}};
}

Fields FieldsOf(const PolicyProfileOptions& options) {
  const ProfileOptions& profile = options.profile;
  const NameRulesOptions& names = profile.names;
  const SubordinateCa ca = options.subordinate_ca.value_or(SubordinateCa());
  return {
      {"default_lifetime", absl::FormatDuration(profile.default_lifetime)},
      {"max_lifetime", ToText(profile.max_lifetime)},
      {"backdate", absl::FormatDuration(profile.backdate)},
      {"key_algorithms", ToText(profile.key_algorithms)},
      {"server_auth", ToText(profile.server_auth)},
      {"client_auth", ToText(profile.client_auth)},
      {"names.spiffe_paths", ToText(names.spiffe_paths)},
      {"names.spiffe_required", ToText(names.spiffe_required)},
      {"names.dns_suffixes", ToText(names.dns_suffixes)},
      {"names.dns_wildcards", ToText(names.dns_wildcards)},
      {"names.ip_prefixes", ToText(names.ip_prefixes)},
      {"names.email_domains", ToText(names.email_domains)},
      {"names.max_names", absl::StrCat(names.max_names)},
      {"names.dns_underscores", ToText(names.dns_underscores)},
      {"profile.subject", profile.subject == SubjectForm::kEmpty ? "empty" : "first DNS name"},
      {"ca_issuers_url", absl::CHexEscape(profile.ca_issuers_url)},
      {"crl_url", absl::CHexEscape(profile.crl_url)},
      {"subject", ToText(options.subject)},
      {"on_stale_lineage", options.on_stale_lineage == StaleLineage::kBlock ? "block" : "refuse"},
      {"revocation", std::string(RevocationSourceName(options.revocation))},
      {"renewal_grace", absl::FormatDuration(options.renewal_grace)},
      {"key_usage", absl::StrCat(options.key_usage)},
      {"subordinate_ca", ToText(options.subordinate_ca.has_value())},
      {"subordinate_ca.path_length", absl::StrCat(ca.path_length)},
      {"subordinate_ca.permitted_names", ToText(ca.permitted)},
      {"subordinate_ca.excluded_names", ToText(ca.excluded)}};
}

const std::string& NameOf(const RuleOptions& rule) { return rule.name; }
const std::string& NameOf(const PolicyProfileOptions& options) { return options.profile.name; }

std::string About(const RuleOptions& rule) {
  return absl::StrCat(": ", absl::CHexEscape(rule.identity));
}
std::string About(const PolicyProfileOptions&) { return ""; }

template <typename Entry>
void DiffLists(absl::string_view kind, const std::vector<Entry>& before,
               const std::vector<Entry>& after, std::vector<std::string>* lines) {
  const auto label = [kind](const Entry& entry) {
    return absl::StrCat(kind, " \"", absl::CHexEscape(NameOf(entry)), "\"");
  };
  absl::flat_hash_map<absl::string_view, const Entry*> left;
  for (const Entry& entry : before) {
    left.try_emplace(NameOf(entry), &entry);
  }
  for (const Entry& entry : after) {
    const auto found = left.find(NameOf(entry));
    if (found == left.end()) {
      lines->push_back(absl::StrCat(label(entry), " added", About(entry)));
      continue;
    }
    const Fields old_fields = FieldsOf(*found->second);
    const Fields new_fields = FieldsOf(entry);
    for (size_t i = 0; i < new_fields.size(); ++i) {
      if (old_fields[i].second != new_fields[i].second) {
        lines->push_back(absl::StrCat(label(entry), ": ", new_fields[i].first, ": ",
                                      old_fields[i].second, " -> ", new_fields[i].second));
      }
    }
    left.erase(found);
  }
  for (const Entry& entry : before) {
    if (left.contains(NameOf(entry))) {
      lines->push_back(absl::StrCat(label(entry), " removed", About(entry)));
    }
  }
}

}  // namespace

std::vector<std::string> DiffPolicies(const PolicyOptions& before, const PolicyOptions& after) {
  std::vector<std::string> lines;
  if (before.trust_domain != after.trust_domain) {
    lines.push_back(
        absl::StrCat("trust_domain: ", before.trust_domain, " -> ", after.trust_domain));
  }
  DiffLists("profile", before.profiles, after.profiles, &lines);
  DiffLists("rule", before.rules, after.rules, &lines);
  return lines;
}

}  // namespace fleetca::service
