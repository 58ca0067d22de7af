#include "service/policy/explanation.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "x509/name.h"
#include "x509/san.h"

namespace fleetca::service {
namespace {

std::string RuleToText(const Explanation::MatchedRule& rule) {
  if (rule.name.empty()) {
    return "no rule matches";
  }
  return absl::StrCat("rule \"", rule.name, "\", ", rule.pattern,
                      rule.line == 0 ? "" : absl::StrCat(", line ", rule.line));
}

void AppendLine(std::string* out, absl::string_view label, absl::string_view value) {
  constexpr size_t kColumn = 17;
  const size_t space = label.size() < kColumn ? kColumn - label.size() : 1;
  absl::StrAppend(out, "  ", label, std::string(space, ' '), value, "\n");
}

std::string NamesToText(const x509::GeneralNames& names) {
  return absl::StrJoin(names, ", ", [](std::string* text, const x509::GeneralName& name) {
    text->append(x509::NameToString(name));
  });
}

absl::string_view RevocationToText(RevocationSource source) {
  switch (source) {
    case RevocationSource::kDefault:
      return "CRL and OCSP, where the server has an HTTP port";
    case RevocationSource::kCrlAndOcsp:
      return "CRL and OCSP";
    case RevocationSource::kCrl:
      return "CRL";
    case RevocationSource::kNone:
      return "none: noRevAvail";
  }
  return "";
}

void AppendDecision(const Decision& decision, std::string* out) {
  absl::StrAppend(out, "\nThe certificate would say:\n");
  AppendLine(out, "profile", decision.profile->profile.name());
  AppendLine(out, "names", NamesToText(decision.names));
  if (!decision.left_out.empty()) {
    AppendLine(out, "left out", NamesToText(decision.left_out));
  }
  AppendLine(
      out, "subject",
      decision.subject.empty() ? "none" : x509::NameToText(x509::BuildName(decision.subject)));
  AppendLine(out, "roles", decision.roles.empty() ? "none" : absl::StrJoin(decision.roles, ", "));
  if (!decision.roles.empty()) {
    AppendLine(
        out, "audience",
        decision.audience.empty() ? "every service" : absl::StrJoin(decision.audience, ", "));
  }
  for (const Decision::Attribute& attribute : decision.attributes) {
    AppendLine(out, "attribute", absl::StrCat(attribute.name, " = ", attribute.value));
  }
  AppendLine(out, "lifetime", absl::FormatDuration(decision.lifetime));
  AppendLine(out, "revocation", RevocationToText(decision.profile->revocation));
  if (const absl::Duration grace = decision.profile->renewal_grace; grace > absl::ZeroDuration()) {
    AppendLine(out, "renewal grace",
               absl::StrCat(absl::FormatDuration(grace), " after its end, by a proof of its key"));
  }
  AppendLine(out, "policy revision", absl::StrCat(decision.policy_revision));
  if (decision.budget != nullptr) {
    AppendLine(out, "counted against",
               absl::StrCat(decision.budget->certificates, " certificates per ",
                            absl::FormatDuration(decision.budget->per), " of the caller"));
  }
}

}  // namespace

std::string ExplanationToText(const Explanation& explanation) {
  std::string out = explanation.decision.ok()
                        ? std::string("ALLOWED\n")
                        : absl::StrCat("DENIED: ", explanation.decision.status().message(), "\n");
  if (!explanation.subject.empty()) {
    AppendLine(&out, "caller", explanation.caller);
    AppendLine(&out, "", RuleToText(explanation.caller_rule));
    AppendLine(&out, "subject", explanation.subject);
    AppendLine(&out, "", RuleToText(explanation.subject_rule));
  }
  absl::StrAppend(&out, "\nChecks:\n");
  for (const Explanation::Check& check : explanation.checks) {
    absl::StrAppend(&out, "  ", check.passed ? "ok    " : "FAILED", "  ", check.what,
                    check.detail.empty() ? "" : ": ", check.detail, "\n");
  }
  if (explanation.decision.ok()) {
    AppendDecision(*explanation.decision, &out);
  }
  return out;
}

}  // namespace fleetca::service
