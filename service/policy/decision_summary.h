// A decision in words of its own, which outlives the policy and the request that it aliased.
#ifndef FLEETCA_SERVICE_POLICY_DECISION_SUMMARY_H_
#define FLEETCA_SERVICE_POLICY_DECISION_SUMMARY_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "service/policy/decision.h"

namespace fleetca::service {

// The fields are those of Decision.
struct DecisionSummary {
  std::string identity;
  std::string caller_rule;
  std::string subject_rule;
  std::string profile;
  std::vector<std::string> names;  // "DNS:web.fleet.example", the identity's first
  std::vector<std::string> left_out;
  std::string subject;  // "O=Fleet, CN=alice"; empty: none
  std::vector<std::string> roles;
  std::vector<std::string> audience;
  std::vector<std::pair<std::string, std::string>> attributes;
  absl::Duration lifetime;
  absl::Duration max_lifetime;
  int64_t policy_revision = 0;
  // RevocationSourceName of what the certificate says; empty where it says nothing. The issuer's to
  // fill in, as it depends on what the server has.
  std::string revocation;
};

DecisionSummary Summarize(const Decision& decision);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_DECISION_SUMMARY_H_
