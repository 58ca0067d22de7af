#include <memory>
#include <string>

#include "base/errors.h"
#include "base/exit_status.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "client/cli/facts/facts.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/facts/facts_text.h"
#include "client/cli/local/csr_commands.h"
#include "client/cli/local/csr_input.h"
#include "client/cli/terminal/output.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
Examples:
  fleetca csr new --new-key p256 --key-out api.key --name DNS:web.fleet.example --out api.csr
  fleetca csr inspect api.csr
  fleetca csr inspect -o json api.csr | jq -r '.names[]'
  openssl req -new -newkey ed25519 -nodes -keyout fresh.key -subj /CN=web | fleetca csr inspect -
)help";

struct InspectFlags {
  std::string file;
  std::string form = "text";
};

absl::Status RunInspect(const InspectFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string der, ReadOneCsr(flags.file));
  const absl::StatusOr<CsrFacts> facts = FactsOfCsr(der);
  if (!facts.ok()) {
    return Annotate(facts.status(), NameOfInput(flags.file));
  }
  switch (ParseForm(flags.form)) {
    case OutputForm::kText:
      return WriteData("", CsrToText(*facts));
    case OutputForm::kJson:
      return WriteData("", JsonToText(CsrToJson(*facts)));
    case OutputForm::kPem:
      return WriteData("", x509::EncodePem(x509::kPemCertificateRequest, der));
  }
  return absl::OkStatus();
}

}  // namespace

void AddCsrInspectCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand("inspect", "Show what a CSR asks for");
  auto flags = std::make_shared<InspectFlags>();
  command->add_option("file", flags->file, "The CSR, PEM or DER; - is standard input")
      ->type_name("FILE")
      ->required();
  AddFormFlag(*command, &flags->form);
  command->footer(kExamples);
  command->callback([flags, exit_code] { *exit_code = ReportStatus(RunInspect(*flags)); });
}

}  // namespace fleetca::client
