#include "service/policy/decision_summary.h"

#include "x509/name.h"
#include "x509/san.h"

namespace fleetca::service {

DecisionSummary Summarize(const Decision& decision) {
  DecisionSummary out;
  out.identity = std::string(decision.identity());
  out.caller_rule = std::string(decision.caller_rule);
  out.subject_rule = std::string(decision.subject_rule);
  out.profile = decision.profile->profile.name();
  for (const x509::GeneralName& name : decision.names) {
    out.names.push_back(x509::NameToString(name));
  }
  for (const x509::GeneralName& name : decision.left_out) {
    out.left_out.push_back(x509::NameToString(name));
  }
  out.subject = x509::NameToText(x509::BuildName(decision.subject));
  out.roles.assign(decision.roles.begin(), decision.roles.end());
  out.audience.assign(decision.audience.begin(), decision.audience.end());
  for (const Decision::Attribute& attribute : decision.attributes) {
    out.attributes.emplace_back(attribute.name, attribute.value);
  }
  out.lifetime = decision.lifetime;
  out.max_lifetime = decision.max_lifetime;
  out.policy_revision = decision.policy_revision;
  return out;
}

}  // namespace fleetca::service
