#include "client/cli/token_list_commands.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/status_macros.h"
#include "client/cli/connection_flags.h"
#include "client/cli/identity_flag.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/pager.h"
#include "client/cli/terminal/progress.h"
#include "client/cli/token_output.h"
#include "client/join_token_client.h"

namespace fleetca::client {
namespace {

constexpr char kListExamples[] = R"help(
Shows no secrets. Tokens that can no longer be used are listed as well, until the CA forgets them.

Examples:
  fleetca token list --dir ca --usable
  fleetca token list --dir ca --identity spiffe://fleet.example/host/web-1 -o json
)help";

constexpr char kRevokeExamples[] = R"help(
Certificates that were issued by the tokens stay valid. Revoking again changes nothing.

Examples:
  fleetca token revoke --dir ca "$(fleetca token list --dir ca -o json | jq -r '.[0].id')"
)help";

constexpr size_t kIdDigits = 16;

struct ListFlags {
  ConnectionFlags connection;
  std::string form = "text";
  ListTokensOptions which;
};

struct RevokeFlags {
  ConnectionFlags connection;
  std::string form = "text";
  std::vector<std::string> ids;
};

std::string CheckId(const std::string& id) {
  bool valid = id.size() == kIdDigits;
  for (const char c : id) {
    valid = valid && absl::ascii_isxdigit(static_cast<unsigned char>(c)) &&
            !absl::ascii_isupper(static_cast<unsigned char>(c));
  }
  // Someone may have taken the secret for the id.
  return valid
             ? ""
             : "this is not a token's id: it has 16 hex digits, as 'fleetca token list' prints it";
}

absl::Status RunTokenList(const ListFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<JoinTokenClient> client,
                           ConnectTo<JoinTokenClient>(flags.connection));
  std::vector<JoinToken> tokens;
  std::string page_token;
  do {
    FLEETCA_ASSIGN_OR_RETURN(TokenPage page, client->ListTokens(flags.which, page_token));
    std::move(page.tokens.begin(), page.tokens.end(), std::back_inserter(tokens));
    page_token = page.next_page_token;
  } while (!page_token.empty());
  return Show(ParseForm(flags.form),
              FormatTokens(tokens, ParseForm(flags.form), Clock::System().Now()));
}

absl::Status RunTokenRevoke(const RevokeFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<JoinTokenClient> client,
                           ConnectTo<JoinTokenClient>(flags.connection));
  std::vector<JoinToken> tokens;
  Progress progress(flags.ids.size(), "join tokens");
  for (size_t done = 0; done < flags.ids.size(); done = tokens.size()) {
    absl::StatusOr<std::vector<JoinToken>> revoked =
        client->RevokeTokens(absl::MakeConstSpan(flags.ids).subspan(done, kMaxTokensPerCall));
    if (!revoked.ok()) {
      return done == 0 ? revoked.status()
                       : Annotate(revoked.status(), absl::StrCat("revoked the first ", done, " of ",
                                                                 flags.ids.size(), " tokens"));
    }
    std::move(revoked->begin(), revoked->end(), std::back_inserter(tokens));
    progress.Report(tokens.size());
  }
  progress.End();
  FLEETCA_RETURN_IF_ERROR(Show(ParseForm(flags.form),
                               FormatTokens(tokens, ParseForm(flags.form), Clock::System().Now())));
  Say(absl::StrCat("revoked ", tokens.size(), tokens.size() == 1 ? " join token" : " join tokens"));
  return absl::OkStatus();
}

template <typename Flags>
void SetCallback(CLI::App* command, std::shared_ptr<Flags> flags, absl::Status (*run)(const Flags&),
                 int* exit_code) {
  command->callback([flags, run, exit_code] {
    const std::string missing = MissingConnectionFlag(flags->connection);
    *exit_code = missing.empty() ? ReportStatus(run(*flags)) : ReportUsageError(missing);
  });
}

}  // namespace

void AddTokenListCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand("list", "List join tokens");
  auto flags = std::make_shared<ListFlags>();
  command->add_option("--identity", flags->which.identity, "Those of this SPIFFE ID alone")
      ->type_name("SPIFFE-ID")
      ->check(CheckIdentityFlag, "");
  command->add_flag("--usable", flags->which.usable_only,
                    "Not those that are expired, used up or revoked");
  AddTextOrJsonFlag(*command, &flags->form);
  AddConnectionFlags(*command, &flags->connection);
  command->footer(kListExamples);
  SetCallback(command, flags, RunTokenList, exit_code);
}

void AddTokenRevokeCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand("revoke", "Make join tokens useless");
  auto flags = std::make_shared<RevokeFlags>();
  command->add_option("id", flags->ids, "Ids of tokens, as 'fleetca token list' prints them")
      ->type_name("ID...")
      ->check(CheckId, "")
      ->required();
  AddTextOrJsonFlag(*command, &flags->form);
  AddConnectionFlags(*command, &flags->connection);
  command->footer(kRevokeExamples);
  SetCallback(command, flags, RunTokenRevoke, exit_code);
}

}  // namespace fleetca::client
