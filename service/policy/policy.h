// The policy: who may ask for which certificate, and what it then says. What no rule grants is
// denied.
#ifndef FLEETCA_SERVICE_POLICY_POLICY_H_
#define FLEETCA_SERVICE_POLICY_POLICY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/mistakes.h"
#include "service/policy/decision.h"
#include "service/policy/explanation.h"
#include "service/policy/policy_options.h"
#include "service/policy/policy_profile.h"
#include "service/policy/rule.h"
#include "service/policy/rule_trie.h"

namespace fleetca::service {

inline constexpr size_t kMaxRules = 100000;
inline constexpr size_t kMaxProfiles = 1000;

// Immutable, thread-safe. Decisions alias the policy: keep the policy as long as a
// decision.
class Policy {
 public:
  // INVALID_ARGUMENT kConfigInvalid with the first mistake, its field as in the file's schema
  // ("identities[2].dns_names[0]"). *mistakes, unless it is null, gets all of them. Two rules
  // that match the same identities and are equally specific are a mistake of the second one, and so
  // are two that give one DNS name to two identities (name_conflicts.h).
  static absl::StatusOr<std::unique_ptr<const Policy>> Create(PolicyOptions options,
                                                              Mistakes* mistakes = nullptr);
  Policy(const Policy&) = delete;
  Policy& operator=(const Policy&) = delete;

  // Whether the caller may have this certificate, and what it says. The caller may ask for its own
  // identity, and for those that its rule's issue_for names; the rule that matches the subject
  // grants the rest. PERMISSION_DENIED kCallerNotAllowed in the same words whether something does
  // not exist or is not granted; INVALID_ARGUMENT kProfileUnknown (none named), kSan*,
  // kKeyUnsupported, kLifetimeInvalid; PERMISSION_DENIED kNameReserved for the CA's own identity,
  // unless the caller has it or an issue_for that writes it out, and for the names of its server.
  // About a microsecond; no locks.
  absl::StatusOr<Decision> Authorize(const AuthorizeRequest& request) const;

  // The same decision with its reasons; for people, as it takes far longer.
  Explanation Explain(const AuthorizeRequest& request) const;

  // Whether the caller may ask for certificates of this subject by this profile at all, as far as
  // that can be told before there is a key. The errors of Authorize.
  absl::Status CheckMayAsk(absl::string_view caller, absl::string_view subject,
                           absl::string_view profile) const;

  // What the requests of this SPIFFE ID are counted against; null: nothing, or no rule matches it.
  const Budget* FindBudget(absl::string_view id) const;

  // PERMISSION_DENIED kCallerNotAllowed unless the rule that matches this SPIFFE ID has the right.
  absl::Status CheckRight(absl::string_view caller, Right right) const;

  int64_t revision() const { return options_.revision; }
  const std::string& trust_domain() const { return options_.trust_domain; }
  const PolicyOptions& options() const { return options_; }
  // In the order of the file.
  const std::vector<PolicyProfile>& profiles() const { return profiles_; }
  const std::vector<Rule>& rules() const { return rules_; }
  // What an operator should know although it is not a mistake: a sentence each.
  const std::vector<std::string>& warnings() const { return warnings_; }

  // The most specific rule that matches, or null. The path is of an ID of the trust domain.
  const Rule* FindRule(absl::Span<const absl::string_view> path) const;

 private:
  friend class Evaluation;
  class Compiler;

  explicit Policy(PolicyOptions options) : options_(std::move(options)) {}

  // The most specific rule that matches, or null.
  const Rule* FindRuleOf(absl::string_view id) const;

  PolicyOptions options_;
  std::vector<PolicyProfile> profiles_;
  std::vector<Rule> rules_;
  RuleTrie trie_;
  std::vector<std::string> warnings_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_POLICY_H_
