#include "client/cli/fingerprint_command.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/secret.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "client/cli/facts/facts.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/timed_read.h"
#include "client/objects/object_reader.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
The SHA-256 of the certificate's DER, as --ca-sha256 of 'cert issue' and 'bundle get' takes it.

Examples:
  fleetca bundle fingerprint ca/trust-bundle.pem
  fleetca bundle get --dir ca | fleetca bundle fingerprint -
)help";

struct FingerprintFlags {
  std::string file;
  std::string form = "text";
};

absl::StatusOr<std::string> FormatFingerprints(absl::string_view contents, OutputForm form) {
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<std::string> ders, ReadCertificates(contents));
  std::string text;
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const std::string& der : ders) {
    FLEETCA_ASSIGN_OR_RETURN(const CertificateFacts facts, FactsOfCertificate(der));
    absl::StrAppend(&text, facts.sha256, "\n");
    json.push_back({{"sha256", facts.sha256}, {"subject", facts.subject}});
  }
  return form == OutputForm::kJson ? JsonToText(json) : text;
}

absl::Status RunFingerprint(const FingerprintFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes contents, ReadWithTimeout(flags.file));
  const absl::StatusOr<std::string> data =
      FormatFingerprints(contents.view(), ParseForm(flags.form));
  if (!data.ok()) {
    return Annotate(data.status(), NameOfInput(flags.file));
  }
  return WriteData("", *data);
}

}  // namespace

void AddFingerprintCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command =
      parent.add_subcommand("fingerprint", "Print the SHA-256 of each root in a file");
  auto flags = std::make_shared<FingerprintFlags>();
  command->add_option("file", flags->file, "Certificates, PEM or DER; - is standard input")
      ->type_name("FILE")
      ->required();
  AddTextOrJsonFlag(*command, &flags->form);
  command->footer(kExamples);
  command->callback([flags, exit_code] { *exit_code = ReportStatus(RunFingerprint(*flags)); });
}

}  // namespace fleetca::client
