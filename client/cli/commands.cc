#include "client/cli/commands.h"

#include "client/cli/authz_check_command.h"
#include "client/cli/authz_serve_command.h"
#include "client/cli/bundle_command.h"
#include "client/cli/context_command.h"
#include "client/cli/fingerprint_command.h"
#include "client/cli/get_command.h"
#include "client/cli/inspect_command.h"
#include "client/cli/issue_command.h"
#include "client/cli/renew_command.h"
#include "client/cli/stats_command.h"
#include "client/cli/token_create_command.h"
#include "client/cli/token_list_commands.h"

namespace fleetca::client {

void AddCertCommands(CLI::App& app, int* exit_code) {
  CLI::App* cert = app.add_subcommand("cert", "Get certificates and look at them");
  cert->require_subcommand(1);
  AddIssueCommand(*cert, exit_code);
  AddRenewCommand(*cert, exit_code);
  AddRekeyCommand(*cert, exit_code);
  AddGetCommand(*cert, exit_code);
  AddInspectCommand(*cert, exit_code);

  CLI::App* bundle = app.add_subcommand("bundle", "Get the roots that relying parties trust");
  bundle->require_subcommand(1);
  AddBundleGetCommand(*bundle, exit_code);
  AddFingerprintCommand(*bundle, exit_code);

  CLI::App* token = app.add_subcommand("token", "Make, list and revoke join tokens for new hosts");
  token->require_subcommand(1);
  AddTokenCreateCommand(*token, exit_code);
  AddTokenListCommand(*token, exit_code);
  AddTokenRevokeCommand(*token, exit_code);

  CLI::App* authz =
      app.add_subcommand("authz", "Authorize requests by the certificates of those who send them");
  authz->require_subcommand(1);
  AddAuthzServeCommand(*authz, exit_code);
  AddAuthzCheckCommand(*authz, exit_code);

  AddStatsCommand(app, exit_code);
  AddContextCommand(app, exit_code);
}

}  // namespace fleetca::client
