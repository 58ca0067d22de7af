// One rule of the policy, compiled: what an identity that matches it gets and may do.
#ifndef FLEETCA_SERVICE_POLICY_RULE_H_
#define FLEETCA_SERVICE_POLICY_RULE_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/mistakes.h"
#include "service/policy/dns_regex.h"
#include "service/policy/identity_pattern.h"
#include "service/policy/name_rules.h"
#include "service/policy/name_template.h"
#include "service/policy/policy_options.h"
#include "service/policy/policy_profile.h"
#include "service/policy/subject_template.h"
#include "x509/public_key.h"

namespace fleetca::service {

// By name. The profiles themselves have stable addresses in the policy; one that has mistakes of
// its own is here with null, so that the rules which name it are not blamed.
using ProfileTable = absl::flat_hash_map<std::string, const PolicyProfile*>;

// Immutable once compiled, thread-safe.
struct Rule {
  struct Attribute {
    std::string name;
    NameTemplate value;
  };

  std::string name;
  int line = 0;
  IdentityPattern identity;
  std::vector<const PolicyProfile*> profiles;
  // The subject's template, for each profile that has one.
  std::vector<std::pair<const PolicyProfile*, SubjectTemplate>> subjects;
  std::vector<NameTemplate> dns_names;
  std::vector<NameTemplate> dns_suffixes;
  std::vector<DnsRegex> dns_regexes;
  std::optional<NameRules> ip_prefixes;
  bool shared_names = false;
  std::vector<std::string> roles;     // sorted
  std::vector<std::string> audience;  // sorted
  std::vector<Attribute> attributes;  // sorted by name
  absl::Duration max_lifetime = absl::InfiniteDuration();
  std::vector<x509::PublicKeyAlgorithm> key_algorithms;
  std::optional<Budget> budget;
  std::vector<IdentityPattern> issue_for;
  std::vector<Right> rights;

  // The profile of this name if the rule grants it, else null.
  const PolicyProfile* FindProfile(absl::string_view profile) const;
  // The template for the subject of this identity's certificates by `profile`, which the rule
  // grants. Null when neither the rule nor the profile writes a subject.
  const SubjectTemplate* FindSubject(const PolicyProfile& profile) const;
  // Whether the rule grants a well-formed DNS name to the identity whose captures stand for
  // `texts`.
  bool AllowsDns(absl::string_view dns_name, const CapturedTexts& texts) const;
  // The same for 4 or 16 octets of an IP address.
  bool AllowsIp(absl::string_view address) const;
  bool HasRight(Right right) const;
};

// The rule written at `field` ("identities[3]"). Adds a mistake for everything that is wrong with
// it; nullopt when its identity is, as then nothing else can be judged. What comes back after
// mistakes is good for finding more of them only.
[[nodiscard]] std::optional<Rule> CompileRule(absl::string_view field, const RuleOptions& options,
                                              const ProfileTable& profiles, Mistakes* mistakes);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_RULE_H_
