#include "client/cli/get_command.h"

#include <memory>
#include <string>

#include "base/exit_status.h"
#include "base/output_check.h"
#include "base/status_macros.h"
#include "client/ca_client.h"
#include "client/cli/connection_flags.h"
#include "client/cli/issued_output.h"
#include "client/cli/terminal/command_files.h"
#include "client/cli/terminal/output.h"
#include "x509/serial.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
Examples:
  fleetca cert get --dir ca "$(fleetca cert inspect -o json web.crt | jq -r '.[0].serial')"
  fleetca cert get --dir ca -o text "$(openssl x509 -noout -serial -in web.crt)"
)help";

struct GetFlags {
  ConnectionFlags connection;
  OutputFlags output;
  std::string serial;
  bool chain = false;
  bool leaf_only = false;
  bool force = false;
};

std::string CheckSerial(const std::string& serial) {
  return std::string(x509::SerialNumber::FromHex(serial).status().message());
}

absl::Status RunGet(const GetFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const x509::SerialNumber serial,
                           x509::SerialNumber::FromHex(flags.serial));
  const Replace replace = flags.force ? Replace::kAllButKeys : Replace::kNothing;
  const TlsFiles files = FilesOf(flags.connection);
  FLEETCA_RETURN_IF_ERROR(CheckOutputs({.outputs = {DataOutput(flags.output, replace)},
                                        .inputs = {{"--ca", files.ca_file},
                                                   {"--cert", files.certificate_file},
                                                   {"--key", files.private_key_file}}},
                                       NextStep::kAskServer));
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<CaClient> client, Connect(flags.connection));
  FLEETCA_ASSIGN_OR_RETURN(const Recorded recorded, client->Get(serial));
  FLEETCA_ASSIGN_OR_RETURN(const std::string pem,
                           FormatRecorded(recorded, OutputForm::kPem, !flags.leaf_only));
  FLEETCA_ASSIGN_OR_RETURN(const std::string shown,
                           FormatRecorded(recorded, ParseForm(flags.output.form), flags.chain));
  return WriteObject(flags.output, pem, shown, replace);
}

}  // namespace

void AddGetCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command =
      parent.add_subcommand("get", "Fetch an issued certificate by its serial number");
  auto flags = std::make_shared<GetFlags>();
  command->add_option("serial", flags->serial, "In hex, as fleetca or openssl print it")
      ->type_name("SERIAL")
      ->check(CheckSerial, "")
      ->required();
  CLI::Option* leaf_only =
      command->add_flag("--leaf-only", flags->leaf_only, "Without the CA certificates above it");
  command
      ->add_flag(
          "--chain", flags->chain,
          "With the CA certificates above it: what -o pem does anyway, and -o text with this")
      ->excludes(leaf_only);
  AddForceFlag(*command, &flags->force);
  AddOutputFlags(*command, &flags->output);
  AddConnectionFlags(*command, &flags->connection);
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    const std::string missing = MissingConnectionFlag(flags->connection);
    *exit_code = missing.empty() ? ReportStatus(RunGet(*flags)) : ReportUsageError(missing);
  });
}

}  // namespace fleetca::client
