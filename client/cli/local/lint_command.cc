#include "client/cli/local/lint_command.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/display_escape.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "client/cli/facts/arc_flag.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/local/certificate_sources.h"
#include "client/cli/terminal/command_files.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/pager.h"
#include "client/verdict/lint/certificate_lint.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
Holds certificates, a root's, an intermediate's or a leaf's, against the everyday rules of RFC 5280
and of the RFCs beside it, and those of a CA of fleetca against the linter that such a CA asks before
it signs. The exit status is 1 where a rule is broken (errors); warnings and notices leave it 0.

Examples:
  fleetca cert lint web.crt
  fleetca cert lint web.crt ca/root-ca.crt
  fleetca cert lint web.crt -o json | jq -r '.certificates[].findings[] | .severity + " " + .rule'
  fleetca cert lint --rules
)help";

struct LintFlags {
  std::vector<std::string> files;
  std::string arc = std::string(x509::kDefaultFleetArcText);
  bool rules = false;
  std::string form = "text";
};

// What is wrong with one certificate of a file.
struct Linted {
  std::string name;  // "web.crt", "certificate 2 of chain.pem"
  std::vector<lint::Finding> findings;
};

size_t Count(const std::vector<lint::Finding>& findings, lint::Severity severity) {
  size_t count = 0;
  for (const lint::Finding& finding : findings) {
    count += finding.rule->severity == severity ? 1 : 0;
  }
  return count;
}

absl::StatusOr<std::vector<Linted>> LintFiles(const LintFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const x509::AuthzOids oids, x509::AuthzOids::FromArc(flags.arc));
  std::vector<Linted> linted;
  for (const std::string& file : flags.files) {
    FLEETCA_ASSIGN_OR_RETURN(const std::vector<std::string> ders, ReadCertificateFile(file));
    for (size_t i = 0; i < ders.size(); ++i) {
      const std::string name = NameOfInput(file);
      linted.push_back({ders.size() == 1 ? name : absl::StrCat("certificate ", i + 1, " of ", name),
                        lint::LintCertificate(ders[i], oids)});
    }
  }
  return linted;
}

std::string ToText(const std::vector<Linted>& certificates) {
  std::string text;
  for (const Linted& linted : certificates) {
    const size_t errors = Count(linted.findings, lint::Severity::kError);
    const size_t warnings = Count(linted.findings, lint::Severity::kWarning);
    absl::StrAppend(&text, EscapeForDisplay(linted.name), ": ", errors,
                    errors == 1 ? " error, " : " errors, ", warnings,
                    warnings == 1 ? " warning, " : " warnings, ",
                    linted.findings.size() - errors - warnings, " notices\n");
    for (const lint::Finding& finding : linted.findings) {
      absl::StrAppend(&text, "  ", lint::SeverityName(finding.rule->severity), " ",
                      finding.rule->name, " (", finding.rule->section,
                      "): ", EscapeForDisplay(finding.sentence), "\n");
    }
  }
  return text;
}

nlohmann::ordered_json RuleToJson(const lint::RuleText& rule) {
  return {{"severity", std::string(lint::SeverityName(rule.severity))},
          {"rule", std::string(rule.name)},
          {"section", std::string(rule.section)}};
}

nlohmann::ordered_json ToJson(const std::vector<Linted>& certificates, bool clean) {
  nlohmann::ordered_json json = {{"clean", clean},
                                 {"certificates", nlohmann::ordered_json::array()}};
  for (const Linted& linted : certificates) {
    nlohmann::ordered_json findings = nlohmann::ordered_json::array();
    for (const lint::Finding& finding : linted.findings) {
      nlohmann::ordered_json one = RuleToJson(*finding.rule);
      one["message"] = finding.sentence;
      findings.push_back(std::move(one));
    }
    json["certificates"].push_back({{"name", linted.name}, {"findings", std::move(findings)}});
  }
  return json;
}

absl::StatusOr<int> ShowRules(const LintFlags& flags) {
  std::string text;
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const lint::RuleText& rule : lint::AllRules()) {
    absl::StrAppend(&text, rule.name, " (", lint::SeverityName(rule.severity), ", ", rule.section,
                    "): ", rule.asks, "\n");
    json.push_back(RuleToJson(rule));
    json.back()["asks"] = std::string(rule.asks);
  }
  FLEETCA_RETURN_IF_ERROR(flags.form == "json" ? Show(OutputForm::kJson, JsonToText(json))
                                               : ShowText(text));
  return kExitOk;
}

absl::StatusOr<int> Lint(const LintFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<Linted> certificates, LintFiles(flags));
  const Linted* first_bad = nullptr;
  for (const Linted& linted : certificates) {
    if (first_bad == nullptr && Count(linted.findings, lint::Severity::kError) > 0) {
      first_bad = &linted;
    }
  }
  FLEETCA_RETURN_IF_ERROR(
      flags.form == "json"
          ? Show(OutputForm::kJson, JsonToText(ToJson(certificates, first_bad == nullptr)))
          : ShowText(ToText(certificates)));
  if (first_bad == nullptr) {
    return kExitOk;
  }
  // As text, the answer has said it.
  return GetErrorForm() == ErrorForm::kJson
             ? ReportStatus(InvalidArgument(
                   Reason::kFileInvalid, "file",
                   absl::StrCat(first_bad->name, " breaks rules: the findings say which")))
             : kExitFailed;
}

}  // namespace

void AddCertLintCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command =
      parent.add_subcommand("lint", "Say which rules of RFC 5280 certificates break");
  auto flags = std::make_shared<LintFlags>();
  command->add_option("file", flags->files, "Certificates: PEM, DER or PKCS#7; - is standard input")
      ->type_name("FILE");
  command->add_flag("--rules", flags->rules, "Show the table of rules instead");
  AddArcFlag(*command, &flags->arc);
  AddTextOrJsonFlag(*command, &flags->form);
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    std::vector<FlaggedFile> inputs;
    for (const std::string& file : flags->files) {
      inputs.push_back({"file", file});
    }
    const std::string mistake = StandardInputMistake(inputs);
    if (!mistake.empty() || (flags->files.empty() && !flags->rules)) {
      *exit_code = ReportUsageError(mistake.empty() ? "file is required" : mistake);
      return;
    }
    const absl::StatusOr<int> code = flags->rules ? ShowRules(*flags) : Lint(*flags);
    *exit_code = code.ok() ? *code : ReportStatus(code.status());
  });
}

}  // namespace fleetca::client
