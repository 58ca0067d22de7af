#include "client/cli/decision_output.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/facts/facts_text.h"
#include "client/cli/terminal/duration_flag.h"

namespace fleetca::client {
namespace {

std::string ToJson(const Decision& decision) {
  nlohmann::ordered_json attributes = nlohmann::ordered_json::object();
  for (const auto& [name, value] : decision.attributes) {
    attributes[name] = value;
  }
  return JsonToText({{"identity", decision.identity},
                     {"caller_rule", decision.caller_rule},
                     {"subject_rule", decision.subject_rule},
                     {"profile", decision.profile},
                     {"names", decision.names},
                     {"left_out_names", decision.left_out_names},
                     {"subject", decision.subject},
                     {"roles", decision.roles},
                     {"audience", decision.audience},
                     {"attributes", attributes},
                     {"lifetime_seconds", absl::ToInt64Seconds(decision.lifetime)},
                     {"max_lifetime_seconds", absl::ToInt64Seconds(decision.max_lifetime)},
                     {"revocation", decision.revocation},
                     {"policy_revision", decision.policy_revision}});
}

std::string RevocationText(const std::string& revocation) {
  if (revocation == "crl_and_ocsp") {
    return "CRL and OCSP";
  }
  if (revocation == "crl") {
    return "CRL";
  }
  return revocation == "none" ? "none (noRevAvail)" : revocation;
}

std::string ToText(const Decision& decision) {
  std::vector<std::string> attributes;
  for (const auto& [name, value] : decision.attributes) {
    attributes.push_back(absl::StrCat(name, "=", value));
  }
  const std::vector<std::string> everywhere = {"all services"};
  return absl::StrCat(
      "Decision\n", TextLine("Identity", decision.identity),
      TextLine("Caller's rule", decision.caller_rule.empty() ? "(none)" : decision.caller_rule),
      TextLine("Identity's rule", decision.subject_rule), TextLine("Profile", decision.profile),
      TextLines("Names", decision.names),
      decision.left_out_names.empty() ? ""
                                      : TextLines("Not granted again", decision.left_out_names),
      TextLine("Subject", decision.subject.empty() ? "(none)" : decision.subject),
      TextLines("Roles", decision.roles),
      TextLines("Roles count at", decision.audience.empty() ? everywhere : decision.audience),
      TextLines("Attributes", attributes),
      TextLine("Lifetime", absl::StrCat(DurationInWords(decision.lifetime), ", of at most ",
                                        DurationInWords(decision.max_lifetime))),
      decision.revocation.empty() ? ""
                                  : TextLine("Revocation", RevocationText(decision.revocation)),
      TextLine("Policy revision", absl::StrCat(decision.policy_revision)));
}

}  // namespace

std::string FormatDecision(const Decision& decision, OutputForm form) {
  return form == OutputForm::kJson ? ToJson(decision) : ToText(decision);
}

}  // namespace fleetca::client
