// What changed from one policy to the next.
#ifndef FLEETCA_SERVICE_POLICY_POLICY_DIFF_H_
#define FLEETCA_SERVICE_POLICY_POLICY_DIFF_H_

#include <string>
#include <vector>

#include "service/policy/policy_options.h"

namespace fleetca::service {

// A line for each profile or rule that was added or removed and each field that changed, in the
// order of the files: "rule \"web\" added: /svc/web", "rule \"web\": roles: [a] -> [a, b]". Rules
// and profiles are known by their names, so where they stand does not matter. Texts are escaped.
// Empty when both decide alike; the revision alone is not told.
std::vector<std::string> DiffPolicies(const PolicyOptions& before, const PolicyOptions& after);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_POLICY_DIFF_H_
