// What an operator can get wrong in a profile's name rules.
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/mistakes.h"
#include "base/status_macros.h"
#include "service/policy/name_rules.h"
#include "x509/ip_prefix.h"

namespace fleetca::service {
namespace {

using x509::NameType;

// The field is added by CheckRules.
absl::Status Malformed(absl::string_view message) {
  return InvalidArgument(Reason::kConfigInvalid, "", message);
}

// "/svc/*" stands for every path below "/svc/".
bool IsSubtree(absl::string_view path_rule) { return absl::EndsWith(path_rule, "/*"); }

absl::Status CheckSpiffePathRule(absl::string_view rule, absl::string_view trust_domain) {
  if (!absl::StartsWith(rule, "/")) {
    return Malformed(absl::StrCat("\"", rule,
                                  "\" does not begin with \"/\"; write a path "
                                  "such as \"/svc/web\" or \"/svc/*\""));
  }
  absl::string_view path = rule;
  if (IsSubtree(rule)) {
    path.remove_suffix(2);
  } else if (rule == "/") {
    return Malformed("\"/\" is not a path; write \"/*\" to allow every path");
  }
  if (absl::StrContains(path, "*")) {
    return Malformed(absl::StrCat("\"", rule,
                                  "\" has a \"*\" that is not its last segment; "
                                  "write \"/svc/*\" or an exact path"));
  }
  return x509::CheckSpiffeId(absl::StrCat("spiffe://", trust_domain, path), "");
}

absl::Status CheckDnsRule(absl::string_view rule, x509::Underscores underscores) {
  absl::string_view name = rule;
  const bool below = absl::ConsumePrefix(&name, ".");
  if (absl::StrContains(name, "*")) {
    return Malformed(absl::StrCat("\"", rule,
                                  "\" has a \"*\"; write \".fleet.example\" for "
                                  "every name below, and set dns_wildcards to "
                                  "certify wildcards"));
  }
  FLEETCA_RETURN_IF_ERROR(x509::CheckName({NameType::kDns, name}, "", underscores));
  if (below && !absl::StrContains(name, ".")) {
    return Malformed(absl::StrCat("\"", rule,
                                  "\" would allow a whole top-level domain; name "
                                  "at least two labels, as in \".fleet.example\""));
  }
  return absl::OkStatus();
}

absl::Status CheckEmailRule(absl::string_view rule) {
  const absl::Status status = x509::CheckName({NameType::kDns, rule}, "");
  if (!status.ok() || absl::StrContains(rule, "*")) {
    return Malformed(absl::StrCat("\"", rule,
                                  "\" is not a mail domain; write it as in "
                                  "\"fleet.example\", without \"@\" or \"*\""));
  }
  return absl::OkStatus();
}

bool HasNoRule(const NameRulesOptions& options) {
  return options.spiffe_paths.empty() && options.dns_suffixes.empty() &&
         options.ip_prefixes.empty() && options.email_domains.empty();
}

// Switches that cannot have an effect, and bounds.
void CheckWhole(const NameRulesOptions& options, Mistakes* mistakes) {
  if (HasNoRule(options)) {
    mistakes->Add("",
                  "has no rule, so no certificate could be issued; list spiffe_paths, "
                  "dns_suffixes, ip_prefixes or email_domains");
  }
  if (options.spiffe_required && options.spiffe_paths.empty()) {
    mistakes->Add("spiffe_required", "wants a SPIFFE ID, but no spiffe_paths allow one; list some");
  }
  if (options.dns_wildcards &&
      std::none_of(options.dns_suffixes.begin(), options.dns_suffixes.end(),
                   [](const std::string& rule) { return absl::StartsWith(rule, "."); })) {
    mistakes->Add("dns_wildcards",
                  "has no effect, as no dns_suffixes begin with \".\"; list one such as "
                  "\".fleet.example\" or leave this out");
  }
  if (options.dns_underscores && options.dns_suffixes.empty()) {
    mistakes->Add("dns_underscores",
                  "has no effect, as no dns_suffixes allow a DNS name; list one such as "
                  "\".fleet.example\" or leave this out");
  }
  if (options.max_names == 0 || options.max_names > kMaxNamesLimit) {
    mistakes->Add("max_names",
                  absl::StrCat("is ", options.max_names, "; write 1 to ", kMaxNamesLimit));
  }
}

// Runs `check(rule)` on each rule, and reports the rules that are listed twice.
template <typename Check>
void CheckRules(const std::vector<std::string>& rules, absl::string_view field, Check check,
                Mistakes* mistakes) {
  for (size_t i = 0; i < rules.size(); ++i) {
    const std::string element = absl::StrCat(field, "[", i, "]");
    if (std::find(rules.begin(), rules.begin() + i, rules[i]) != rules.begin() + i) {
      mistakes->Add(element, absl::StrCat("\"", rules[i], "\" is listed twice; remove one"));
    } else {
      mistakes->Check(element, check(rules[i]));
    }
  }
}

}  // namespace

Mistakes NameRules::FindMistakes(const NameRulesOptions& options, absl::string_view trust_domain) {
  Mistakes mistakes;
  CheckWhole(options, &mistakes);
  CheckRules(
      options.spiffe_paths, "spiffe_paths",
      [trust_domain](absl::string_view rule) { return CheckSpiffePathRule(rule, trust_domain); },
      &mistakes);
  // A rule with one, where none is certified, could grant nothing.
  const auto underscores =
      options.dns_underscores ? x509::Underscores::kAllowed : x509::Underscores::kRefused;
  CheckRules(
      options.dns_suffixes, "dns_suffixes",
      [underscores](absl::string_view rule) { return CheckDnsRule(rule, underscores); }, &mistakes);
  CheckRules(
      options.ip_prefixes, "ip_prefixes",
      [](absl::string_view rule) { return x509::ParseIpPrefix(rule).status(); }, &mistakes);
  CheckRules(options.email_domains, "email_domains", CheckEmailRule, &mistakes);
  return mistakes;
}

}  // namespace fleetca::service
