#include "client/cli/commands.h"

#include "client/cli/agent_commands.h"
#include "client/cli/authz_check_command.h"
#include "client/cli/authz_serve_command.h"
#include "client/cli/bundle_command.h"
#include "client/cli/complete_words_command.h"
#include "client/cli/context_command.h"
#include "client/cli/crl_commands.h"
#include "client/cli/fingerprint_command.h"
#include "client/cli/get_command.h"
#include "client/cli/identity_commands.h"
#include "client/cli/issue_command.h"
#include "client/cli/lineage_command.h"
#include "client/cli/local/chain_command.h"
#include "client/cli/local/csr_commands.h"
#include "client/cli/local/diff_command.h"
#include "client/cli/local/inspect_command.h"
#include "client/cli/local/install_commands.h"
#include "client/cli/local/key_commands.h"
#include "client/cli/local/lint_command.h"
#include "client/cli/local/needs_renewal_command.h"
#include "client/cli/local/p12_commands.h"
#include "client/cli/local/selfsign_command.h"
#include "client/cli/local/verify_command.h"
#include "client/cli/manual/completion_commands.h"
#include "client/cli/manual/man_command.h"
#include "client/cli/ocsp_query_command.h"
#include "client/cli/renew_command.h"
#include "client/cli/renewal_commands.h"
#include "client/cli/renewal_info_command.h"
#include "client/cli/revoke_command.h"
#include "client/cli/standard_output_flags.h"
#include "client/cli/stats_command.h"
#include "client/cli/status_command.h"
#include "client/cli/token_create_command.h"
#include "client/cli/token_list_commands.h"

namespace fleetca::client {

void AddCertCommands(CLI::App& app, int* exit_code) {
  CLI::App* cert = app.add_subcommand("cert", "Get certificates, look at them, and take them back");
  cert->require_subcommand(1);
  AddIssueCommand(*cert, exit_code);
  AddRenewCommand(*cert, exit_code);
  AddRekeyCommand(*cert, exit_code);
  AddGetCommand(*cert, exit_code);
  AddInspectCommand(*cert, exit_code);
  AddDiffCommand(*cert, exit_code);
  AddNeedsRenewalCommand(*cert, exit_code);
  AddRevokeCommand(*cert, exit_code);
  AddStatusCommand(*cert, exit_code);
  AddInstallCommand(*cert, exit_code);
  AddUninstallCommand(*cert, exit_code);
  AddSelfSignCommand(*cert, exit_code);
  AddCertVerifyCommand(*cert, exit_code);
  AddCertLintCommand(*cert, exit_code);

  CLI::App* chain = app.add_subcommand("chain", "Put the chains of certificates in order");
  chain->require_subcommand(1);
  AddChainFixCommand(*chain, exit_code);

  CLI::App* key = app.add_subcommand("key", "Make private keys, and change their passphrases");
  key->require_subcommand(1);
  AddKeyNewCommand(*key, exit_code);
  AddKeyInspectCommand(*key, exit_code);
  AddKeyEncryptCommand(*key, exit_code);
  AddKeyDecryptCommand(*key, exit_code);

  CLI::App* csr = app.add_subcommand("csr", "Make certificate signing requests, and judge them");
  csr->require_subcommand(1);
  AddCsrNewCommand(*csr, exit_code);
  AddCsrInspectCommand(*csr, exit_code);
  AddCsrVerifyCommand(*csr, exit_code);

  CLI::App* p12 = app.add_subcommand("p12", "Put keys into PKCS#12 files, and take them out");
  p12->require_subcommand(1);
  AddP12ExportCommand(*p12, exit_code);
  AddP12ImportCommand(*p12, exit_code);

  CLI::App* identity = app.add_subcommand("identity", "Block identities, and see who is blocked");
  identity->require_subcommand(1);
  AddIdentityBlockCommand(*identity, exit_code);
  AddIdentityUnblockCommand(*identity, exit_code);
  AddIdentityListCommand(*identity, exit_code);

  CLI::App* renewal =
      app.add_subcommand("renewal", "See when to renew, and have certificates renewed early");
  renewal->require_subcommand(1);
  AddRenewalInfoCommand(*renewal, exit_code);
  AddRenewalOrderCommand(*renewal, exit_code);
  AddRenewalListCommand(*renewal, exit_code);
  AddRenewalCancelCommand(*renewal, exit_code);

  CLI::App* lineage =
      app.add_subcommand("lineage", "Have lines of renewals go on that were blocked");
  lineage->require_subcommand(1);
  AddLineageUnblockCommand(*lineage, exit_code);

  CLI::App* bundle = app.add_subcommand("bundle", "Get the roots that relying parties trust");
  bundle->require_subcommand(1);
  AddBundleGetCommand(*bundle, exit_code);
  AddFingerprintCommand(*bundle, exit_code);

  CLI::App* crl = app.add_subcommand("crl", "Fetch certificate revocation lists, and look at them");
  crl->require_subcommand(1);
  AddCrlGetCommand(*crl, exit_code);
  AddCrlInspectCommand(*crl, exit_code);
  AddCrlVerifyCommand(*crl, exit_code);

  CLI::App* ocsp = app.add_subcommand("ocsp", "Ask whether certificates are revoked, by OCSP");
  ocsp->require_subcommand(1);
  AddOcspQueryCommand(*ocsp, exit_code);

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

  AddAgentCommand(app, exit_code);
  AddStatsCommand(app, exit_code);
  AddContextCommand(app, exit_code);
  AddCompletionCommands(app, exit_code);
  AddManCommand(app, exit_code);
  AddCompleteWordsCommand(app, exit_code);
  TakeStandardOutputByAnyName(app);
}

}  // namespace fleetca::client
