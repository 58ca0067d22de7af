// Names that one rule takes from another, or from the CA.
#ifndef FLEETCA_SERVICE_POLICY_NAME_CONFLICTS_H_
#define FLEETCA_SERVICE_POLICY_NAME_CONFLICTS_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "base/mistakes.h"
#include "service/policy/policy_options.h"
#include "service/policy/reserved_names.h"
#include "service/policy/rule.h"
#include "service/policy/rule_trie.h"

namespace fleetca::service {

// A rule, and where it stands in its file: "identities[3]".
struct PlacedRule {
  std::string field;
  const RuleOptions* written;
  const Rule* rule;
};

// Adds to `options->reserved` the names that the rules of the CA's own identities write out.
void ReserveOwnNames(absl::Span<const PlacedRule> rules, PolicyOptions* options);

// Adds a mistake for each DNS name and address that is written out for another identity and is the
// CA's own. What a capture, a range or an expression reaches is refused when it is asked for.
void FindReservedNames(absl::Span<const PlacedRule> rules, const PolicyOptions& options,
                       Mistakes* mistakes);

// Adds a mistake to a rule that gives a DNS name to one identity, where another rule gives the same
// one to another identity and neither says shared_names. Found are names and templates that can
// come to one text, and names that are written out and stand below another rule's dns_suffixes or
// match its dns_regexes. What is reserved is given to nobody else and so is not found. The rules'
// order is their number in the trie.
//
// False when not every name was held against every expression: that stops after a million matches,
// where only those are tried that begin and end as the name does, as far as they write that out.
[[nodiscard]] bool FindSharedNames(absl::Span<const PlacedRule> rules,
                                   const ReservedNames& reserved, const RuleTrie& trie,
                                   Mistakes* mistakes);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_NAME_CONFLICTS_H_
