#include "client/cli/renew_command.h"

#include <memory>
#include <string>

#include "base/exit_status.h"
#include "base/status_macros.h"
#include "client/cli/issue_one.h"
#include "client/cli/issued_output.h"
#include "client/cli/renew_flags.h"
#include "client/cli/terminal/output.h"

namespace fleetca::client {
namespace {

absl::Status RunRenew(const RenewFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const IssueFlags issue, IssueFlagsOf(flags));
  if (flags.validate_only) {
    return ValidateOne(issue);
  }
  FLEETCA_ASSIGN_OR_RETURN(const Issued issued, IssueOne(issue));
  if (flags.form == "pem") {
    return absl::OkStatus();
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string report,
                           FormatIssued(issued, ParseForm(flags.form), !flags.leaf_only));
  return WriteData("", report);
}

void AddCommand(CLI::App& parent, bool rekey, const char* name, const char* what, int* exit_code) {
  CLI::App* command = parent.add_subcommand(name, what);
  auto flags = std::make_shared<RenewFlags>();
  flags->rekey = rekey;
  AddRenewFlags(*command, flags.get());
  command->callback([flags, exit_code] {
    const std::string mistake = RenewFlagsMistake(*flags);
    *exit_code = mistake.empty() ? ReportStatus(RunRenew(*flags)) : ReportUsageError(mistake);
  });
}

}  // namespace

void AddRenewCommand(CLI::App& parent, int* exit_code) {
  AddCommand(parent, false, "renew", "Renew a certificate by itself, with the same key", exit_code);
}

void AddRekeyCommand(CLI::App& parent, int* exit_code) {
  AddCommand(parent, true, "rekey", "Renew a certificate by itself, with a new key", exit_code);
}

}  // namespace fleetca::client
