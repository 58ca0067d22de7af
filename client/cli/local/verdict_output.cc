#include "client/cli/local/verdict_output.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "client/cli/facts/facts.h"
#include "client/cli/facts/facts_text.h"
#include "client/cli/facts/foreign_certificate.h"
#include "client/cli/terminal/style.h"

namespace fleetca::client {
namespace {

using nlohmann::ordered_json;

struct Label {
  absl::string_view step;
  absl::string_view text;
};

constexpr Label kLabels[] = {
    {"certificate", "Certificate"},
    {"chain", "Chain"},
    {"validity", "Validity"},
    {"ca_rules", "Rules of CAs"},
    {"name_constraints", "Names of CAs"},
    {"purpose", "Purpose"},
    {"host", "Host"},
    {"crl", "CRL"},
    {"ocsp", "OCSP"},
    {"identity", "Identity"},
    {"roles", "Roles"},
};

absl::string_view LabelOf(absl::string_view step) {
  for (const Label& label : kLabels) {
    if (label.step == step) {
      return label.text;
    }
  }
  return step;
}

std::string ResultText(StepResult result) {
  switch (result) {
    case StepResult::kPassed:
      return Coloured("ok", Meaning::kGood);
    case StepResult::kFailed:
      return Coloured("REFUSED", Meaning::kBad);
    case StepResult::kSkipped:
      return Coloured("skipped", Meaning::kFaint);
  }
  return "";
}

ordered_json StepToJson(const VerdictStep& step) {
  ordered_json json = {{"step", std::string(step.name)},
                       {"result", std::string(StepResultName(step.result))},
                       {"message", step.sentence}};
  if (step.result == StepResult::kFailed) {
    json["reason"] = std::string(ReasonName(GetReason(step.status).value_or(Reason::kInternal)));
  }
  return json;
}

}  // namespace

std::string VerdictToText(const Verdict& verdict) {
  std::string text;
  for (const VerdictStep& step : verdict.steps) {
    absl::StrAppend(&text, TextLine(LabelOf(step.name),
                                    absl::StrCat(ResultText(step.result), ": ", step.sentence)));
  }
  const VerdictStep* const failed = verdict.first_failed();
  const std::string end =
      failed == nullptr ? "Accepted."
                        : absl::StrCat("Refused at the step \"", LabelOf(failed->name), "\".");
  absl::StrAppend(&text, Coloured(end, failed == nullptr ? Meaning::kGood : Meaning::kBad), "\n");
  return text;
}

ordered_json VerdictToJson(const Verdict& verdict) {
  const VerdictStep* const failed = verdict.first_failed();
  ordered_json json = {{"accepted", verdict.accepted()},
                       {"failed_step", nullptr},
                       {"steps", ordered_json::array()},
                       {"chain", ordered_json::array()}};
  if (failed != nullptr) {
    json["failed_step"] = std::string(failed->name);
  }
  for (const VerdictStep& step : verdict.steps) {
    json["steps"].push_back(StepToJson(step));
  }
  for (const std::string& der : verdict.chain) {
    const absl::StatusOr<CertificateFacts> facts = FactsOfAnyCertificate(der);
    if (facts.ok()) {
      json["chain"].push_back({{"subject", facts->subject},
                               {"issuer", facts->issuer},
                               {"not_after", TimeToJson(facts->not_after)},
                               {"sha256", facts->sha256}});
    }
  }
  return json;
}

}  // namespace fleetca::client
