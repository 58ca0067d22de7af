// From a rule as it is written to one that decides, with everything an operator can get wrong.
#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/time_rounding.h"
#include "service/policy/grant_limits.h"
#include "service/policy/rule.h"

namespace fleetca::service {
namespace {

constexpr size_t kMaxRuleName = 64;
// Of any one list, so that no request costs more than this many comparisons a name.
constexpr size_t kMaxListed = 64;
constexpr absl::Duration kMinLifetime = absl::Minutes(1);
constexpr int64_t kMaxBudget = 1000000000;
constexpr absl::Duration kMaxBudgetPeriod = absl::Hours(24 * 30);

class RuleCompiler {
 public:
  RuleCompiler(absl::string_view field, const RuleOptions& options, const ProfileTable& profiles,
               Rule* rule, Mistakes* mistakes)
      : field_(field), options_(options), profiles_(profiles), rule_(*rule), mistakes_(*mistakes) {}

  void Compile() {
    CheckName();
    CompileProfiles();
    CompileSubjects();
    CompileDns();
    CompileIpPrefixes();
    CompileGrants();
    CompileLimits();
    CompileCallerRights();
  }

 private:
  std::string Below(absl::string_view name) const { return absl::StrCat(field_, ".", name); }
  const std::vector<std::string>& captures() const { return rule_.identity.captures(); }

  // Calls `compile(text, field)` for each text of the list, and blames those that appear twice.
  template <typename Compile>
  void ForEach(absl::string_view name, const std::vector<std::string>& texts, Compile compile) {
    if (texts.size() > kMaxListed) {
      mistakes_.Add(Below(name), absl::StrCat("has ", texts.size(), " entries; write at most ",
                                              kMaxListed, ", or split the rule"));
      return;
    }
    absl::flat_hash_set<absl::string_view> seen;
    for (size_t i = 0; i < texts.size(); ++i) {
      const std::string here = ElementBelow(field_, name, i);
      if (!seen.insert(texts[i]).second) {
        mistakes_.Add(
            here, absl::StrCat("\"", absl::CHexEscape(texts[i]), "\" is listed twice; remove one"));
      } else {
        compile(texts[i], here);
      }
    }
  }

  void CheckName() {
    const std::string& name = options_.name;
    const bool fits = !name.empty() && name.size() <= kMaxRuleName &&
                      std::all_of(name.begin(), name.end(), [](char c) {
                        return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
                      });
    if (!fits) {
      mistakes_.Add(Below("name"),
                    absl::StrCat("\"", absl::CHexEscape(name.substr(0, kMaxRuleName)),
                                 "\" is not 1 to ", kMaxRuleName,
                                 " lower-case letters, digits and \"-\"; name the rule, as in "
                                 "\"service\""));
    }
  }

  void CompileProfiles() {
    ForEach(
        "profiles", options_.profiles, [this](const std::string& name, const std::string& here) {
          const auto found = profiles_.find(name);
          if (found == profiles_.end()) {
            mistakes_.Add(here, absl::StrCat("\"", absl::CHexEscape(name),
                                             "\" is the name of no profile of this policy; add the "
                                             "profile or correct the name"));
            return;
          }
          if (found->second == nullptr) {
            return;
          }
          if (found->second->subordinate_ca.has_value() &&
              !(options_.roles.empty() && options_.audience.empty() &&
                options_.attributes.empty())) {
            mistakes_.Add(here,
                          absl::StrCat("\"", name,
                                       "\" is for subordinate CAs, whose certificates carry no "
                                       "roles; give them a rule of their own"));
          }
          rule_.profiles.push_back(found->second);
        });
    if (options_.profiles.empty()) {
      CheckNothingGranted();
    }
  }

  // The rule's own subject goes before that of each profile.
  void CompileSubjects() {
    std::optional<SubjectTemplate> own;
    if (options_.subject.has_value()) {
      own =
          SubjectTemplate::Compile(Below("subject"), *options_.subject, rule_.identity, &mistakes_);
    }
    for (const PolicyProfile* profile : rule_.profiles) {
      if (profile->subordinate_ca.has_value()) {
        if (options_.subject.has_value()) {
          mistakes_.Add(Below("subject"),
                        absl::StrCat("is not for \"", profile->profile.name(),
                                     "\", a profile of subordinate CAs, whose subject is the trust "
                                     "domain and the path of the identity; give them a rule of "
                                     "their own"));
        }
        continue;
      }
      std::optional<SubjectTemplate> subject = own;
      if (!options_.subject.has_value() && profile->subject.has_value()) {
        subject = CompileSubjectOf(*profile);
      }
      if (subject.has_value()) {
        rule_.subjects.emplace_back(profile, *std::move(subject));
      }
    }
  }

  std::optional<SubjectTemplate> CompileSubjectOf(const PolicyProfile& profile) {
    Mistakes found;
    std::optional<SubjectTemplate> made =
        SubjectTemplate::Compile("", *profile.subject, rule_.identity, &found);
    for (const absl::Status& mistake : found) {
      mistakes_.Add(
          Below("profiles"),
          absl::StrCat("lists \"", profile.profile.name(), "\", whose subject.", GetField(mistake),
                       " ", mistake.message(), "; or write a subject in this rule"));
    }
    return made;
  }

  // A rule without profiles is for a caller that is never certified; grants would be lost on it.
  void CheckNothingGranted() {
    const bool grants = !options_.dns_names.empty() || !options_.dns_suffixes.empty() ||
                        !options_.dns_regexes.empty() || !options_.ip_prefixes.empty() ||
                        !options_.roles.empty() || !options_.audience.empty() ||
                        !options_.attributes.empty() || options_.subject.has_value();
    if (grants) {
      mistakes_.Add(Below("profiles"),
                    "is missing, so what the rule grants has no effect; list a profile");
    } else if (options_.issue_for.empty() && options_.rights.empty()) {
      mistakes_.Add(Below("profiles"),
                    "is missing, and so are issue_for and rights: the rule has no effect; list a "
                    "profile or remove it");
    }
  }

  // The template, with its text checked as a DNS name.
  std::optional<NameTemplate> CompileDnsName(absl::string_view text, const std::string& here) {
    absl::StatusOr<NameTemplate> made = NameTemplate::Parse(text, captures());
    if (!mistakes_.Check(here, made.status())) {
      return std::nullopt;
    }
    const std::string example =
        made->Expand(CapturedTexts(captures().size(), absl::string_view("x")));
    if (!mistakes_.Check(here, x509::CheckName({x509::NameType::kDns, example}, "",
                                               x509::Underscores::kAllowed))) {
      return std::nullopt;
    }
    if (made->HasAmbiguousLabel()) {
      mistakes_.Add(here, absl::StrCat("\"", absl::CHexEscape(text),
                                       "\" has two captures in one label, so that two identities "
                                       "could share a name; put a \".\" between them"));
      return std::nullopt;
    }
    return *std::move(made);
  }

  void CompileDnsSuffix(const std::string& text, const std::string& here) {
    absl::string_view name = text;
    if (!absl::ConsumePrefix(&name, ".")) {
      mistakes_.Add(here, absl::StrCat("\"", absl::CHexEscape(text),
                                       "\" does not begin with \".\"; write \".fleet.example\" "
                                       "for every name below, or a dns_names for one"));
    } else if (absl::StrContains(name, "*")) {
      mistakes_.Add(here, absl::StrCat("\"", absl::CHexEscape(text),
                                       "\" has a \"*\"; write a wildcard in dns_names"));
    } else if (!absl::StrContains(name, ".")) {
      mistakes_.Add(here, absl::StrCat("\"", absl::CHexEscape(text),
                                       "\" would allow a whole top-level domain; name at least "
                                       "two labels, as in \".fleet.example\""));
    } else if (CompileDnsName(name, here).has_value()) {
      rule_.dns_suffixes.push_back(*NameTemplate::Parse(text, captures()));  // with its "."
    }
  }

  void CompileDns() {
    rule_.shared_names = options_.shared_names;
    ForEach("dns_names", options_.dns_names, [this](const std::string& text, const auto& here) {
      if (std::optional<NameTemplate> made = CompileDnsName(text, here)) {
        rule_.dns_names.push_back(*std::move(made));
      }
    });
    ForEach("dns_suffixes", options_.dns_suffixes,
            [this](const std::string& text, const auto& here) { CompileDnsSuffix(text, here); });
    ForEach("dns_regexes", options_.dns_regexes, [this](const std::string& text, const auto& here) {
      absl::StatusOr<DnsRegex> regex = DnsRegex::Parse(text, captures());
      if (mistakes_.Check(here, regex.status())) {
        rule_.dns_regexes.push_back(*std::move(regex));
      }
    });
  }

  void CompileIpPrefixes() {
    if (options_.ip_prefixes.empty()) {
      return;
    }
    NameRulesOptions prefixes;
    prefixes.ip_prefixes = options_.ip_prefixes;
    const Mistakes found = NameRules::FindMistakes(prefixes, "");
    mistakes_.AddBelow(field_, found);
    if (found.empty()) {
      absl::StatusOr<NameRules> rules = NameRules::Create(std::move(prefixes), "");
      if (mistakes_.Check(Below("ip_prefixes"), rules.status())) {
        rule_.ip_prefixes = *std::move(rules);
      }
    }
  }

  void CompileGrants() {
    CheckGrants(field_, options_, &mistakes_);
    rule_.roles = options_.roles;
    std::sort(rule_.roles.begin(), rule_.roles.end());
    rule_.audience = options_.audience;
    std::sort(rule_.audience.begin(), rule_.audience.end());
    for (size_t i = 0; i < options_.attributes.size(); ++i) {
      const AttributeOptions& attribute = options_.attributes[i];
      absl::StatusOr<NameTemplate> value = NameTemplate::Parse(attribute.value, captures());
      if (mistakes_.Check(absl::StrCat(ElementBelow(field_, "attributes", i), ".value"),
                          value.status())) {
        rule_.attributes.push_back({attribute.name, *std::move(value)});
      }
    }
    std::sort(rule_.attributes.begin(), rule_.attributes.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
  }

  void CompileLimits() {
    if (options_.max_lifetime.has_value()) {
      rule_.max_lifetime = *options_.max_lifetime;
      if (rule_.max_lifetime < kMinLifetime || !IsWholeSeconds(rule_.max_lifetime)) {
        mistakes_.Add(Below("max_lifetime"),
                      absl::StrCat("is ", absl::FormatDuration(rule_.max_lifetime),
                                   "; write whole seconds, at least 1 minute"));
      }
    }
    rule_.key_algorithms = options_.key_algorithms;
    for (size_t i = 0; i < rule_.key_algorithms.size(); ++i) {
      const auto end = rule_.key_algorithms.begin() + static_cast<ptrdiff_t>(i);
      if (std::find(rule_.key_algorithms.begin(), end, *end) != end) {
        mistakes_.Add(ElementBelow(field_, "key_algorithms", i), "is listed twice; remove one");
      }
    }
  }

  void CompileBudget() {
    rule_.budget = options_.budget;
    if (!rule_.budget.has_value()) {
      return;
    }
    if (rule_.budget->certificates < 1 || rule_.budget->certificates > kMaxBudget) {
      mistakes_.Add(Below("budget.certificates"),
                    absl::StrCat("is ", rule_.budget->certificates, "; write 1 to ", kMaxBudget));
    }
    if (rule_.budget->per < absl::Seconds(1) || rule_.budget->per > kMaxBudgetPeriod) {
      mistakes_.Add(Below("budget.per"),
                    absl::StrCat("is ", absl::FormatDuration(rule_.budget->per),
                                 "; write 1 second to 30 days (2592000 seconds)"));
    }
  }

  void CompileCallerRights() {
    CompileBudget();
    ForEach("issue_for", options_.issue_for, [this](const std::string& text, const auto& here) {
      absl::StatusOr<IdentityPattern> pattern = IdentityPattern::ParseBound(text, captures());
      if (mistakes_.Check(here, pattern.status())) {
        rule_.issue_for.push_back(*std::move(pattern));
      }
    });
    rule_.rights = options_.rights;
  }

  const absl::string_view field_;
  const RuleOptions& options_;
  const ProfileTable& profiles_;
  Rule& rule_;
  Mistakes& mistakes_;
};

}  // namespace

std::optional<Rule> CompileRule(absl::string_view field, const RuleOptions& options,
                                const ProfileTable& profiles, Mistakes* mistakes) {
  absl::StatusOr<IdentityPattern> identity = IdentityPattern::Parse(options.identity);
  if (!mistakes->Check(absl::StrCat(field, ".identity"), identity.status())) {
    return std::nullopt;
  }
  Rule rule{.name = options.name, .line = options.line, .identity = *std::move(identity)};
  RuleCompiler(field, options, profiles, &rule, mistakes).Compile();
  return rule;
}

}  // namespace fleetca::service
