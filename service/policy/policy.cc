#include "service/policy/policy.h"

#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/memory/memory.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/mistakes.h"
#include "service/policy/evaluation.h"
#include "service/policy/name_conflicts.h"
#include "service/policy/subordinate_reach.h"
#include "x509/spiffe_id.h"

namespace fleetca::service {
namespace {

// "\"web\" (line 12)", or without the line when the rule is of no file.
std::string RuleAndLine(const Rule& rule) {
  return rule.line == 0 ? absl::StrCat("\"", rule.name, "\"")
                        : absl::StrCat("\"", rule.name, "\" (line ", rule.line, ")");
}

absl::string_view WhatRightAllows(Right right) {
  switch (right) {
    case Right::kGetCertificates:
      return "fetch certificates";
    case Right::kReadStatistics:
      return "read statistics";
    case Right::kUseReflection:
      return "call this method";
    case Right::kManageTokens:
      return "manage join tokens";
    case Right::kApplyPolicy:
      return "have the policy applied";
    case Right::kRevokeCertificates:
      return "revoke certificates of others, nor block identities";
  }
  return "do this";
}

absl::string_view RightName(Right right) {
  switch (right) {
    case Right::kGetCertificates:
      return "may_get_certificates";
    case Right::kReadStatistics:
      return "may_read_statistics";
    case Right::kUseReflection:
      return "may_use_reflection";
    case Right::kManageTokens:
      return "may_manage_tokens";
    case Right::kApplyPolicy:
      return "may_apply_policy";
    case Right::kRevokeCertificates:
      return "may_revoke_certificates";
  }
  return "";
}

}  // namespace

// Fills in a policy from its options, gathering mistakes.
class Policy::Compiler {
 public:
  explicit Compiler(Policy* policy) : policy_(*policy) {}

  void Compile() {
    trust_domain_ = policy_.options_.trust_domain;
    CheckHead();
    policy_.options_.reserved.identities.push_back(x509::ServerIdentity(trust_domain_));
    CompileProfiles();
    CompileRules();
    // What else is wrong would be blamed twice.
    if (mistakes_.empty()) {
      CheckNames();
    }
  }
  const Mistakes& mistakes() const { return mistakes_; }

 private:
  void CheckHead() {
    const PolicyOptions& options = policy_.options_;
    if (options.revision < 1) {
      mistakes_.Add("policy_revision",
                    absl::StrCat("is ", options.revision,
                                 "; write 1 or more, and raise it with every change"));
    }
    const std::string id = absl::StrCat("spiffe://", options.trust_domain, "/x");
    if (x509::SpiffeIdProblem(id) != nullptr ||
        x509::SpiffeTrustDomain(id) != options.trust_domain) {
      mistakes_.Add("trust_domain", absl::StrCat("\"", absl::CHexEscape(options.trust_domain),
                                                 "\" is not a SPIFFE trust domain; write it as in "
                                                 "\"fleet.example\""));
      trust_domain_ = "invalid.example";  // so that the names built on it are not blamed
    }
  }

  // False when there are none or too many to look at.
  bool CheckCount(absl::string_view field, size_t count, size_t most) {
    if (count == 0) {
      mistakes_.Add(field, "is missing; write at least one");
    } else if (count > most) {
      mistakes_.Add(field, absl::StrCat("has ", count, " entries; write at most ", most));
      return false;
    }
    return true;
  }

  void CompileProfiles() {
    const auto& written = policy_.options_.profiles;
    if (!CheckCount("profiles", written.size(), kMaxProfiles)) {
      return;
    }
    policy_.profiles_.reserve(written.size());  // the table and the rules keep addresses
    absl::flat_hash_map<absl::string_view, size_t> first;
    for (size_t i = 0; i < written.size(); ++i) {
      const std::string field = absl::StrCat("profiles[", i, "]");
      const std::string& name = written[i].profile.name;
      const auto [found, added] = first.try_emplace(name, i);
      if (!added && !name.empty()) {
        mistakes_.Add(field,
                      absl::StrCat("\"", absl::CHexEscape(name), "\" is also the name of profiles[",
                                   found->second, "]; rename one"));
      }
      std::optional<PolicyProfile> profile =
          CompileProfile(field, written[i], trust_domain_, &mistakes_);
      const PolicyProfile* made = nullptr;
      if (profile.has_value()) {
        made = &policy_.profiles_.emplace_back(*std::move(profile));
      }
      table_.try_emplace(name, made);
    }
  }

  void CompileRules() {
    const auto& written = policy_.options_.rules;
    if (!CheckCount("identities", written.size(), kMaxRules)) {
      return;
    }
    policy_.rules_.reserve(written.size());
    for (size_t i = 0; i < written.size(); ++i) {
      const std::string field = absl::StrCat("identities[", i, "]");
      std::optional<Rule> rule = CompileRule(field, written[i], table_, &mistakes_);
      if (rule.has_value()) {
        AddRule(field, *std::move(rule));
      }
    }
  }

  // Without mistakes each rule that is written is there, in its order.
  void CheckNames() {
    std::vector<PlacedRule> placed;
    placed.reserve(policy_.rules_.size());
    for (size_t i = 0; i < policy_.rules_.size(); ++i) {
      placed.push_back(
          {absl::StrCat("identities[", i, "]"), &policy_.options_.rules[i], &policy_.rules_[i]});
    }
    ReserveOwnNames(placed, &policy_.options_);
    FindReservedSubtrees(policy_.options_.profiles, policy_.options_.reserved, &mistakes_);
    FindReservedNames(placed, policy_.options_, &mistakes_);
    if (!FindSharedNames(placed, policy_.options_.reserved, policy_.trie_, &mistakes_)) {
      policy_.warnings_.emplace_back(
          "Not every dns_names was held against the dns_regexes of the other rules, as there are "
          "too many of both: one name may be given to two identities without a word. Begin and end "
          "the expressions with text that is theirs alone, as in \"web-[0-9]+\\.fleet\\.example\", "
          "or write shared_names: true in rules that need no such check");
    }
  }

  void AddRule(const std::string& field, Rule added) {
    const auto index = static_cast<uint32_t>(policy_.rules_.size());
    const Rule& rule = policy_.rules_.emplace_back(std::move(added));
    const auto [named, is_new] = names_.try_emplace(rule.name, index);
    if (!is_new && !rule.name.empty()) {
      mistakes_.Add(field + ".name",
                    absl::StrCat("\"", absl::CHexEscape(rule.name), "\" is also the name of ",
                                 RuleAndLine(policy_.rules_[named->second]), "; rename one"));
    }
    const std::optional<uint32_t> tie = policy_.trie_.Add(rule.identity, index);
    if (tie.has_value()) {
      const Rule& other = policy_.rules_[*tie];
      mistakes_.Add(field + ".identity",
                    absl::StrCat("the rules ", RuleAndLine(other), " and ", RuleAndLine(rule),
                                 " match the same identities, ", other.identity.text(), " and ",
                                 rule.identity.text(),
                                 ", so neither is more specific; merge them or change one"));
    }
  }

  Policy& policy_;
  std::string trust_domain_;
  Mistakes mistakes_;
  ProfileTable table_;
  absl::flat_hash_map<std::string, uint32_t> names_;
};

absl::StatusOr<std::unique_ptr<const Policy>> Policy::Create(PolicyOptions options,
                                                             Mistakes* mistakes) {
  std::unique_ptr<Policy> policy = absl::WrapUnique(new Policy(std::move(options)));
  Compiler compiler(policy.get());
  compiler.Compile();
  if (mistakes != nullptr) {
    *mistakes = compiler.mistakes();
  }
  if (!compiler.mistakes().empty()) {
    return compiler.mistakes().front();
  }
  return policy;
}

const Rule* Policy::FindRule(absl::Span<const absl::string_view> path) const {
  const std::optional<uint32_t> found = trie_.Find(path);
  return found.has_value() ? &rules_[*found] : nullptr;
}

absl::StatusOr<Decision> Policy::Authorize(const AuthorizeRequest& request) const {
  return Evaluation(*this, request, nullptr).Run();
}

Explanation Policy::Explain(const AuthorizeRequest& request) const {
  Explanation explanation;
  explanation.decision = Evaluation(*this, request, &explanation).Run();
  return explanation;
}

absl::Status Policy::CheckMayAsk(absl::string_view caller, absl::string_view subject,
                                 absl::string_view profile) const {
  const AuthorizeRequest request{.caller = caller, .subject = subject, .profile = profile};
  return Evaluation(*this, request, nullptr).RunWithoutCsr();
}

const Rule* Policy::FindRuleOf(absl::string_view id) const {
  const bool is_ours =
      x509::SpiffeIdProblem(id) == nullptr && x509::SpiffeTrustDomain(id) == trust_domain();
  return is_ours ? FindRule(SplitPath(x509::SpiffePath(id))) : nullptr;
}

const Budget* Policy::FindBudget(absl::string_view id) const {
  const Rule* rule = FindRuleOf(id);
  return rule != nullptr && rule->budget.has_value() ? &*rule->budget : nullptr;
}

absl::Status Policy::CheckRight(absl::string_view caller, Right right) const {
  const Rule* rule = FindRuleOf(caller);
  if (rule == nullptr || !rule->HasRight(right)) {
    return PermissionDenied(Reason::kCallerNotAllowed,
                            absl::StrCat(absl::CHexEscape(caller), " may not ",
                                         WhatRightAllows(right), "; ask the CA's operator to set ",
                                         RightName(right), " in the rule for this caller"));
  }
  return absl::OkStatus();
}

}  // namespace fleetca::service
