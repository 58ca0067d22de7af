// Why the policy decides as it does, for people.
#ifndef FLEETCA_SERVICE_POLICY_EXPLANATION_H_
#define FLEETCA_SERVICE_POLICY_EXPLANATION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "service/policy/decision.h"

namespace fleetca::service {

// A decision with what led to it. It names rules and profiles that the caller may not know of: for
// operators, never for who asked.
struct Explanation {
  struct Check {
    std::string what;  // "profile", "name DNS:web.fleet.example"
    bool passed = false;
    std::string detail;  // of a failed check, the refusal
  };
  struct MatchedRule {
    std::string name;  // empty: no rule matches
    std::string pattern;
    int line = 0;  // 0: not known
  };

  std::string caller;
  std::string subject;  // empty when the request did not get as far
  MatchedRule caller_rule;
  MatchedRule subject_rule;
  // In the order in which they were made; after the first that failed, none follows.
  std::vector<Check> checks;
  absl::StatusOr<Decision> decision = absl::UnknownError("not decided");
};

// Several lines. Whatever came from the request is escaped.
std::string ExplanationToText(const Explanation& explanation);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_EXPLANATION_H_
