#include "client/cli/identity_commands.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/display_escape.h"
#include "base/exit_status.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "client/cli/connection_flags.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/identity_flag.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/pager.h"
#include "client/cli/terminal/table.h"
#include "client/revocation_client.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

constexpr char kBlockExamples[] = R"help(
Nothing new is issued to the identity or for it, by whatever credential, until it is unblocked; a join
token is not used up by the attempt. What it has stays valid until it is revoked: fleetca cert revoke
--identity. Your certificate needs may_revoke_certificates in the policy.

Examples:
  fleetca identity block --dir ca spiffe://fleet.example/svc/web --reason "host lost"
)help";

constexpr char kUnblockExamples[] = R"help(
What was revoked stays revoked.

Examples:
  fleetca identity unblock --dir ca spiffe://fleet.example/svc/web
)help";

constexpr char kListExamples[] = R"help(
Identities that are blocked, lineages of which a copied key was seen (fleetca lineage unblock takes
that back), and keys that were compromised.

Examples:
  fleetca identity list --dir ca
  fleetca identity list --dir ca -o json | jq -r '.[].target'
)help";

struct IdentityFlags {
  ConnectionFlags connection;
  std::string form = "text";
  std::string identity;
  std::string reason;
};

nlohmann::ordered_json ToJson(const Blocked& block) {
  return {{"kind", block.kind},
          {"target", block.target},
          {"block_time", TimeToJson(block.block_time)},
          {"blocker", block.blocker},
          {"reason", block.reason},
          {"permanent", block.permanent}};
}

// " (host lost)"; "" without a reason.
std::string ReasonOf(const Blocked& block) {
  return block.reason.empty() ? "" : absl::StrCat(" (", EscapeForDisplay(block.reason), ")");
}

std::string FormatBlocks(const std::vector<Blocked>& blocks, OutputForm form) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  Table table({{.heading = "KIND"},
               {.heading = "SINCE"},
               {.heading = "UNTIL"},
               {.heading = "TARGET", .may_be_cut = true},
               {.heading = "BY", .may_be_cut = true},
               {.heading = "REASON", .may_be_cut = true}});
  for (const Blocked& block : blocks) {
    json.push_back(ToJson(block));
    table.Add({block.kind,
               TimeToWords(block.block_time),
               {block.permanent ? "for ever" : "unblocked",
                block.permanent ? Meaning::kBad : Meaning::kPlain},
               block.target,
               block.blocker,
               block.reason});
  }
  return form == OutputForm::kJson ? JsonToText(json) : table.Text();
}

absl::Status RunBlock(const IdentityFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<RevocationClient> client,
                           ConnectTo<RevocationClient>(flags.connection));
  FLEETCA_ASSIGN_OR_RETURN(const Blocked block, client->Block(flags.identity, flags.reason));
  if (block.reason != flags.reason) {
    Say("it was blocked before, for a reason that stays as it is");
  }
  return WriteData("", ParseForm(flags.form) == OutputForm::kJson
                           ? JsonToText(ToJson(block))
                           : absl::StrCat(EscapeForDisplay(block.target), " is blocked since ",
                                          TimeToWords(block.block_time), ", by ",
                                          EscapeForDisplay(block.blocker), ReasonOf(block), "\n"));
}

absl::Status RunUnblock(const IdentityFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<RevocationClient> client,
                           ConnectTo<RevocationClient>(flags.connection));
  FLEETCA_ASSIGN_OR_RETURN(const bool was_blocked, client->Unblock(flags.identity));
  if (ParseForm(flags.form) == OutputForm::kJson) {
    return WriteData("", JsonToText({{"target", flags.identity}, {"was_blocked", was_blocked}}));
  }
  return WriteData("", absl::StrCat(flags.identity, was_blocked ? " is not blocked any more\n"
                                                                : " was not blocked\n"));
}

absl::Status RunList(const IdentityFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<RevocationClient> client,
                           ConnectTo<RevocationClient>(flags.connection));
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<Blocked> blocks, client->ListBlocks());
  return Show(ParseForm(flags.form), FormatBlocks(blocks, ParseForm(flags.form)));
}

void AddIdentityArgument(CLI::App& command, IdentityFlags* flags) {
  command.add_option("identity", flags->identity, "Whom")
      ->type_name("SPIFFE-ID")
      ->check(CheckIdentityFlag, "")
      ->required();
}

void Finish(CLI::App& command, const std::shared_ptr<IdentityFlags>& flags, const char* footer,
            absl::Status (*run)(const IdentityFlags&), int* exit_code) {
  AddTextOrJsonFlag(command, &flags->form);
  AddConnectionFlags(command, &flags->connection);
  command.footer(footer);
  command.callback([flags, run, exit_code] {
    const std::string missing = MissingConnectionFlag(flags->connection);
    *exit_code = missing.empty() ? ReportStatus(run(*flags)) : ReportUsageError(missing);
  });
}

}  // namespace

void AddIdentityBlockCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand("block", "Have an identity get nothing new");
  auto flags = std::make_shared<IdentityFlags>();
  AddIdentityArgument(*command, flags.get());
  command->add_option("--reason", flags->reason, "Why, for people")->type_name("TEXT");
  Finish(*command, flags, kBlockExamples, RunBlock, exit_code);
}

void AddIdentityUnblockCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand("unblock", "Take a block back");
  auto flags = std::make_shared<IdentityFlags>();
  AddIdentityArgument(*command, flags.get());
  Finish(*command, flags, kUnblockExamples, RunUnblock, exit_code);
}

void AddIdentityListCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand("list", "List who is blocked");
  auto flags = std::make_shared<IdentityFlags>();
  Finish(*command, flags, kListExamples, RunList, exit_code);
}

}  // namespace fleetca::client
