#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/exit_status.h"
#include "base/output_check.h"
#include "base/output_file.h"
#include "base/status_macros.h"
#include "client/cli/facts/facts.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/facts/facts_text.h"
#include "client/cli/local/csr_commands.h"
#include "client/cli/local/key_file.h"
#include "client/cli/local/key_source.h"
#include "client/cli/terminal/command_files.h"
#include "client/cli/terminal/output.h"
#include "client/objects/csr_maker.h"
#include "client/objects/csr_verdict.h"
#include "x509/pem.h"
#include "x509/requested_name.h"
#include "x509/subject_text.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
The subject is written as "C=DE,O=Fleet,CN=web", or as openssl has it, /C=DE/O=Fleet/CN=web. It knows C,
ST, L, STREET, O, OU, CN, DC, UID, serialNumber and emailAddress; a backslash takes the next character as
it is. What fleetca's own CA would pass over in the request is said on standard error; other CAs may want
it.

Examples:
  fleetca csr new --new-key p256 --key-out web.key --name DNS:web.fleet.example --out web.csr
  fleetca csr new --key web.key --subject "C=DE,O=Fleet\, Inc,CN=web" --name DNS:web.fleet.example \
    --name IP:192.0.2.7 --name email:ops@fleet.example --out full.csr
  fleetca key encrypt web.key --new-passphrase-file passphrase --out locked.key
  fleetca csr new --key locked.key --passphrase-file passphrase --subject /CN=web --out web2.csr
)help";

struct NewFlags {
  KeySource key;
  std::string subject;
  std::vector<std::string> names;
  OutputFlags output;
};

// What `-o` wants to see of it, "" for the PEM itself.
absl::StatusOr<std::string> Shown(const std::string& der, OutputForm form) {
  if (form == OutputForm::kPem) {
    return "";
  }
  FLEETCA_ASSIGN_OR_RETURN(const CsrFacts facts, FactsOfCsr(der));
  return form == OutputForm::kJson ? JsonToText(CsrToJson(facts)) : CsrToText(facts);
}

// The request is read again as a CA would read it, so that none leaves that no CA takes: of a key
// that is damaged, too. Names that others grant are left to them.
absl::Status Judge(const std::string& der) {
  for (const CsrStep& step : JudgeCsr(der).steps) {
    if (step.status.ok()) {
      continue;
    }
    if (step.name != "names") {
      return step.status;
    }
    Say(absl::StrCat("fleetca's own CA would refuse this request: ", step.status.message()));
  }
  return absl::OkStatus();
}

Replace ReplaceOf(const NewFlags& flags) {
  return flags.key.output.force ? Replace::kAllButKeys : Replace::kNothing;
}

absl::Status CheckFiles(const NewFlags& flags) {
  return CheckOutputs({.outputs = {FlaggedKeyOutput(flags.key.output, "--key-out"),
                                   DataOutput(flags.output, ReplaceOf(flags))},
                       .inputs = KeySourceInputs(flags.key)},
                      NextStep::kMakeHere);
}

absl::Status RunNew(const NewFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string subject, x509::ParseSubjectText(flags.subject));
  std::vector<x509::RequestedName> names;
  for (const std::string& text : flags.names) {
    FLEETCA_ASSIGN_OR_RETURN(names.emplace_back(),
                             x509::ParseRequestedName(text, x509::OtherUris::kAllowed));
  }
  FLEETCA_RETURN_IF_ERROR(CheckFiles(flags));
  FLEETCA_ASSIGN_OR_RETURN(const SourcedKey key, TakeKey(flags.key));
  FLEETCA_ASSIGN_OR_RETURN(const std::string der, MakeCsr(key.key.get(), subject, names));
  FLEETCA_RETURN_IF_ERROR(Judge(der));
  FLEETCA_ASSIGN_OR_RETURN(const std::string shown, Shown(der, ParseForm(flags.output.form)));
  FLEETCA_RETURN_IF_ERROR(WriteNewKey(flags.key, key));
  FLEETCA_RETURN_IF_ERROR(WriteObject(
      flags.output, x509::EncodePem(x509::kPemCertificateRequest, der), shown, ReplaceOf(flags)));
  if (flags.subject.empty() && flags.names.empty()) {
    Say("the request names nobody: it has neither a subject nor a name, so that a CA must be told "
        "whom it is for; --name DNS:web.example adds a name");
  }
  for (const std::string& ignored : IgnoredOfCsr(der)) {
    Say(absl::StrCat("fleetca's own CA would pass over ", ignored));
  }
  return absl::OkStatus();
}

}  // namespace

void AddCsrNewCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand("new", "Make a CSR, of a key or with a new one");
  auto flags = std::make_shared<NewFlags>();
  AddKeySourceFlags(*command, &flags->key);
  command
      ->add_option("--subject", flags->subject,
                   "The subject, \"C=DE,O=Fleet,CN=web\" or /C=DE/O=Fleet/CN=web; empty by default")
      ->type_name("SUBJECT");
  command
      ->add_option("--name", flags->names,
                   "A name: DNS:host, IP:address, URI:spiffe://..., email:local@domain; may be "
                   "given several times")
      ->type_name("TYPE:NAME")
      ->allow_extra_args(false);
  AddOutputFlags(*command, &flags->output);
  AddForceFlag(*command, &flags->key.output.force);
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    const std::string mistake = KeySourceMistake(flags->key, flags->output);
    *exit_code = mistake.empty() ? ReportStatus(RunNew(*flags)) : ReportUsageError(mistake);
  });
}

}  // namespace fleetca::client
