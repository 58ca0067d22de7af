#include <memory>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/status_macros.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/facts/facts_text.h"
#include "client/cli/local/csr_commands.h"
#include "client/cli/local/csr_input.h"
#include "client/cli/terminal/output.h"
#include "client/objects/csr_verdict.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
Says what a CA would refuse of the request, whatever its policy grants: the form, the key, the signature
and who made it, the names and the attributes; all of it at once. And what it would pass over, which does
no harm. Whether a policy grants the names, 'fleetca cert issue --validate-only' asks the CA. The exit
status is 1 where anything would be refused.

Examples:
  fleetca csr new --new-key p256 --key-out db.key --name DNS:web.fleet.example --out db.csr
  fleetca csr verify db.csr
  fleetca csr verify -o json db.csr | jq '.steps[] | select(.ok | not)'
)help";

struct VerifyFlags {
  std::string file;
  std::string form = "text";
};

std::string VerdictToText(const CsrVerdict& verdict) {
  std::string text = "Certificate request\n";
  for (const CsrStep& step : verdict.steps) {
    std::string label(step.name);
    label[0] = absl::ascii_toupper(static_cast<unsigned char>(label[0]));
    absl::StrAppend(
        &text, TextLine(label, step.status.ok()
                                   ? "ok"
                                   : absl::StrCat("REFUSED: ", PrintableMessage(step.status))));
  }
  for (const std::string& ignored : verdict.ignored) {
    absl::StrAppend(&text, TextLine("Passed over", ignored));
  }
  if (!verdict.not_taken.empty()) {
    absl::StrAppend(&text, TextLine("Not looked at",
                                    absl::StrCat(absl::StrJoin(verdict.not_taken, ", "),
                                                 ": what is refused above stands in the way")));
  }
  return absl::StrCat(
      text, TextLine("Verdict", verdict.status().ok()
                                    ? "a CA can take it; its policy decides about the names"
                                    : "REFUSED, whatever the policy of a CA of fleetca grants"));
}

nlohmann::ordered_json VerdictToJson(const CsrVerdict& verdict) {
  nlohmann::ordered_json json;
  json["accepted"] = verdict.status().ok();
  json["steps"] = nlohmann::ordered_json::array();
  for (const CsrStep& step : verdict.steps) {
    nlohmann::ordered_json one = {{"step", std::string(step.name)}, {"ok", step.status.ok()}};
    if (!step.status.ok()) {
      one["reason"] = std::string(ReasonName(GetReason(step.status).value_or(Reason::kInternal)));
      one["message"] = std::string(step.status.message());
    }
    json["steps"].push_back(std::move(one));
  }
  json["not_taken"] = nlohmann::ordered_json::array();
  for (const absl::string_view step : verdict.not_taken) {
    json["not_taken"].push_back(std::string(step));
  }
  json["ignored"] = verdict.ignored;
  return json;
}

absl::StatusOr<int> Verify(const VerifyFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string der, ReadOneCsr(flags.file));
  const CsrVerdict verdict = JudgeCsr(der);
  FLEETCA_RETURN_IF_ERROR(WriteData(
      "", flags.form == "json" ? JsonToText(VerdictToJson(verdict)) : VerdictToText(verdict)));
  // As text, the answer has said it.
  return verdict.status().ok()                ? kExitOk
         : GetErrorForm() == ErrorForm::kJson ? ReportStatus(verdict.status())
                                              : kExitFailed;
}

}  // namespace

void AddCsrVerifyCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command =
      parent.add_subcommand("verify", "Say what a CA would refuse of a CSR, before it is asked");
  auto flags = std::make_shared<VerifyFlags>();
  command->add_option("file", flags->file, "The CSR, PEM or DER; - is standard input")
      ->type_name("FILE")
      ->required();
  AddTextOrJsonFlag(*command, &flags->form);
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    const absl::StatusOr<int> code = Verify(*flags);
    *exit_code = code.ok() ? *code : ReportStatus(code.status());
  });
}

}  // namespace fleetca::client
