#include "service/cli/explanation_json.h"

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "x509/name.h"
#include "x509/san.h"

namespace fleetca::service {
namespace {

using nlohmann::ordered_json;

ordered_json PartyToJson(const std::string& id, const Explanation::MatchedRule& rule) {
  ordered_json json;
  json["identity"] = id;
  json["rule"] = nullptr;
  if (!rule.name.empty()) {
    json["rule"] = {{"name", rule.name}, {"pattern", rule.pattern}, {"line", rule.line}};
  }
  return json;
}

ordered_json NamesToJson(const x509::GeneralNames& names) {
  ordered_json json = ordered_json::array();
  for (const x509::GeneralName& name : names) {
    json.push_back(x509::NameToString(name));
  }
  return json;
}

ordered_json DecisionToJson(const Decision& decision) {
  ordered_json json;
  json["profile"] = decision.profile->profile.name();
  json["names"] = NamesToJson(decision.names);
  json["left_out_names"] = NamesToJson(decision.left_out);
  json["subject"] = x509::NameToText(x509::BuildName(decision.subject));
  json["roles"] = std::vector<std::string>(decision.roles.begin(), decision.roles.end());
  json["audience"] = std::vector<std::string>(decision.audience.begin(), decision.audience.end());
  json["attributes"] = ordered_json::object();
  for (const Decision::Attribute& attribute : decision.attributes) {
    json["attributes"][std::string(attribute.name)] = attribute.value;
  }
  json["lifetime_seconds"] = absl::ToInt64Seconds(decision.lifetime);
  json["max_lifetime_seconds"] = absl::ToInt64Seconds(decision.max_lifetime);
  json["revocation"] = std::string(RevocationSourceName(decision.profile->revocation));
  json["renewal_grace_seconds"] = absl::ToInt64Seconds(decision.profile->renewal_grace);
  json["policy_revision"] = decision.policy_revision;
  json["budget"] = nullptr;
  if (decision.budget != nullptr) {
    json["budget"] = {{"certificates", decision.budget->certificates},
                      {"per_seconds", absl::ToDoubleSeconds(decision.budget->per)}};
  }
  return json;
}

ordered_json RefusalToJson(const absl::Status& refusal) {
  ordered_json json;
  json["code"] = absl::StatusCodeToString(refusal.code());
  if (const auto reason = GetReason(refusal)) {
    json["reason"] = std::string(ReasonName(*reason));
  }
  json["field"] = GetField(refusal);
  json["message"] = std::string(refusal.message());
  return json;
}

}  // namespace

ordered_json ExplanationToJson(const Explanation& explanation) {
  ordered_json json;
  json["allowed"] = explanation.decision.ok();
  json["caller"] = PartyToJson(explanation.caller, explanation.caller_rule);
  json["subject"] = PartyToJson(explanation.subject, explanation.subject_rule);
  json["checks"] = ordered_json::array();
  for (const Explanation::Check& check : explanation.checks) {
    json["checks"].push_back(
        {{"check", check.what}, {"passed", check.passed}, {"detail", check.detail}});
  }
  if (explanation.decision.ok()) {
    json["certificate"] = DecisionToJson(*explanation.decision);
  } else {
    json["refusal"] = RefusalToJson(explanation.decision.status());
  }
  return json;
}

}  // namespace fleetca::service
