#include "client/cli/lineage_command.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/exit_status.h"
#include "base/status_macros.h"
#include "client/cli/connection_flags.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/serial_or_file.h"
#include "client/cli/terminal/output.h"
#include "client/revocation_client.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

constexpr char kUnblockExamples[] = R"help(
A line is blocked when a copied key was seen, where the profile's on_stale_lineage says so. Look at
both callers in the log's ALARM first: whoever has the newest certificate, or the one before, can
renew again. What was revoked stays revoked. fleetca identity list shows the blocked lines. Your
certificate needs may_revoke_certificates in the policy.

Examples:
  fleetca lineage unblock --dir ca web.crt
  fleetca identity list --dir ca -o json | jq -r '.[] | select(.kind == "lineage").target'
)help";

struct LineageFlags {
  ConnectionFlags connection;
  std::string form = "text";
  std::string which;
};

absl::Status RunUnblock(const LineageFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const x509::SerialNumber serial, ReadSerialOrFile(flags.which));
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<RevocationClient> client,
                           ConnectTo<RevocationClient>(flags.connection));
  FLEETCA_ASSIGN_OR_RETURN(const bool was_blocked, client->UnblockLineage(serial));
  if (ParseForm(flags.form) == OutputForm::kJson) {
    return WriteData("", JsonToText({{"serial", serial.ToHex()}, {"was_blocked", was_blocked}}));
  }
  return WriteData("",
                   absl::StrCat("the line of renewals of ", serial.ToHex(),
                                was_blocked ? " is not blocked any more\n" : " was not blocked\n"));
}

}  // namespace

void AddLineageUnblockCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand("unblock", "Take the block of a line back");
  auto flags = std::make_shared<LineageFlags>();
  command
      ->add_option("certificate", flags->which,
                   "Any of its certificates: its serial number in hex, or its file")
      ->type_name("SERIAL|FILE")
      ->required();
  AddTextOrJsonFlag(*command, &flags->form);
  AddConnectionFlags(*command, &flags->connection);
  command->footer(kUnblockExamples);
  command->callback([flags, exit_code] {
    const std::string missing = MissingConnectionFlag(flags->connection);
    *exit_code = missing.empty() ? ReportStatus(RunUnblock(*flags)) : ReportUsageError(missing);
  });
}

}  // namespace fleetca::client
