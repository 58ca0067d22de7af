#include "client/cli/issue_command.h"

#include <memory>
#include <string>

#include "base/exit_status.h"
#include "client/cli/issue_flags.h"
#include "client/cli/issue_folder.h"
#include "client/cli/issue_one.h"

namespace fleetca::client {
namespace {

absl::Status RunIssue(const IssueFlags& flags) {
  if (!flags.out_dir.empty()) {
    return IssueFolder(flags);
  }
  return flags.validate_only ? ValidateOne(flags) : IssueOne(flags).status();
}

}  // namespace

void AddIssueCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand("issue", "Get certificates for CSRs or for a new key");
  auto flags = std::make_shared<IssueFlags>();
  AddIssueFlags(*command, flags.get());
  command->callback([flags, exit_code] {
    const std::string mistake = IssueFlagsMistake(*flags);
    *exit_code = mistake.empty() ? ReportStatus(RunIssue(*flags)) : ReportUsageError(mistake);
  });
}

}  // namespace fleetca::client
