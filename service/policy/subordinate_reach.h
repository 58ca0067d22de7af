// Subordinate CAs that could make a certificate for a name of the CA's own.
#ifndef FLEETCA_SERVICE_POLICY_SUBORDINATE_REACH_H_
#define FLEETCA_SERVICE_POLICY_SUBORDINATE_REACH_H_

#include "absl/types/span.h"
#include "base/mistakes.h"
#include "service/policy/policy_options.h"
#include "service/policy/reserved_names.h"

namespace fleetca::service {

// Adds a mistake for each permitted subtree of a subordinate CA that holds a reserved name, or a
// wildcard that stands for one, which no excluded subtree takes away. To exclude
// "ca.fleet.example" alone does not help where "fleet.example" is permitted: to verifiers
// "*.fleet.example" is not below it, and stands for it. Nor can the path of a SPIFFE ID be
// excluded: who may name one identity of a trust domain may name them all. The subtrees must be
// well formed.
void FindReservedSubtrees(absl::Span<const PolicyProfileOptions> profiles,
                          const ReservedNames& reserved, Mistakes* mistakes);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_SUBORDINATE_REACH_H_
