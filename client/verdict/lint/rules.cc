#include "client/verdict/lint/rules.h"

namespace fleetca::client::lint {
namespace {

constexpr RuleText kRules[] = {
#define FLEETCA_RULE(enumerator, name, severity, section, asks) \
  {Rule::enumerator, name, Severity::severity, section, asks},
    FLEETCA_LINT_RULES(FLEETCA_RULE)
#undef FLEETCA_RULE
};

}  // namespace

absl::string_view SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNotice:
      return "notice";
  }
  return "notice";
}

absl::Span<const RuleText> AllRules() { return kRules; }

}  // namespace fleetca::client::lint
