#include "client/cli/renewal_commands.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/exit_status.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "client/cli/connection_flags.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/identity_flag.h"
#include "client/cli/issued_flags.h"
#include "client/cli/terminal/confirmation.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/pager.h"
#include "client/cli/terminal/table.h"
#include "client/renewal_client.h"
#include "fleetca/v1/renewals.pb.h"
#include "fleetca/v1/revocation.pb.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

constexpr char kOrderExamples[] = R"help(
Before a mass revocation, or when an issuing CA is replaced: certificates that agree with all that is
said, and were issued before the order, get their renewal windows moved one after the other. Nobody is
called: the first turn comes when everybody has asked again (renewals.retry_after), and no more a
second than renewals.max_per_second. Your certificate needs may_revoke_certificates in the policy.

Examples:
  fleetca renewal order --dir ca --profile service --dry-run
  fleetca renewal order --dir ca --profile service --explanation-url https://fleet.example/why --yes
  fleetca renewal order --dir ca --issuer issuing-ca.pem --issued-from 24h --yes -o json
)help";

constexpr char kListExamples[] = R"help(
Each ends by itself when the last of its certificates has expired.

Examples:
  fleetca renewal list --dir ca
  fleetca renewal list --dir ca -o json | jq -r '.[].last_turn'
)help";

constexpr char kCancelExamples[] = R"help(
Whoever has not renewed yet has the usual window again.

Examples:
  fleetca renewal order --dir ca --profile service --yes -o json | jq -r .id > order.id
  fleetca renewal cancel --dir ca "$(cat order.id)"
)help";

struct RenewalFlags {
  ConnectionFlags connection;
  std::string form = "text";
  std::string identity;
  IssuedFlags issued;
  std::string explanation_url;
  bool dry_run = false;
  bool yes = false;
  uint64_t id = 0;
};

// With all of its fraction, so that `cert revoke --issued-to` may be told the same.
std::string ExactTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone());
}

nlohmann::ordered_json ToJson(const EarlyRenewal& order) {
  nlohmann::ordered_json json = {{"id", order.id},
                                 {"identity", order.identity},
                                 {"profile", order.profile},
                                 {"issuer", order.issuer}};
  if (order.issued_from.has_value()) {
    json["issued_from"] = ExactTime(*order.issued_from);
  }
  json["issued_to"] = ExactTime(order.issued_to);
  json["explanation_url"] = order.explanation_url;
  json["order_time"] = TimeToJson(order.order_time);
  json["orderer"] = order.orderer;
  json["certificates"] = order.certificates;
  json["first_turn"] = TimeToJson(order.first_turn);
  json["last_turn"] = TimeToJson(order.last_turn);
  return json;
}

// "identity spiffe://fleet.example/svc/web, issued before 2026-11-30T04:00:00.25Z".
std::string SelectionOf(const EarlyRenewal& order) {
  std::vector<std::string> parts;
  if (!order.identity.empty()) {
    parts.push_back(absl::StrCat("identity ", order.identity));
  }
  if (!order.profile.empty()) {
    parts.push_back(absl::StrCat("profile ", order.profile));
  }
  if (!order.issuer.empty()) {
    parts.push_back(absl::StrCat("issuing CA ", order.issuer));
  }
  if (order.issued_from.has_value()) {
    parts.push_back(absl::StrCat("issued from ", ExactTime(*order.issued_from)));
  }
  parts.push_back(absl::StrCat("issued before ", ExactTime(order.issued_to)));
  return absl::StrJoin(parts, ", ");
}

std::string FormatOrder(const EarlyRenewal& order, bool dry_run, OutputForm form) {
  if (form == OutputForm::kJson) {
    nlohmann::ordered_json json = ToJson(order);
    json["dry_run"] = dry_run;
    return JsonToText(json);
  }
  const std::string count = CountOfCertificates(order.certificates);
  return absl::StrCat(
      count, dry_run ? " would be" : " will be", " renewed early, from ",
      TimeToWords(order.first_turn), " to ", TimeToWords(order.last_turn),
      dry_run ? "\n" : absl::StrCat("; take it back: fleetca renewal cancel ", order.id, "\n"));
}

std::string FormatOrders(const std::vector<EarlyRenewal>& orders, OutputForm form) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  Table table({{.heading = "ID"},
               {.heading = "FIRST TURN"},
               {.heading = "LAST TURN"},
               {.heading = "CERTIFICATES", .right = true},
               {.heading = "WHICH", .may_be_cut = true},
               {.heading = "WHY", .may_be_cut = true}});
  for (const EarlyRenewal& order : orders) {
    json.push_back(ToJson(order));
    table.Add({absl::StrCat(order.id), TimeToWords(order.first_turn), TimeToWords(order.last_turn),
               absl::StrCat(order.certificates), SelectionOf(order), order.explanation_url});
  }
  return form == OutputForm::kJson ? JsonToText(json) : table.Text();
}

absl::StatusOr<v1::OrderEarlyRenewalRequest> ReadOrderFlags(const RenewalFlags& flags,
                                                            absl::Time now) {
  v1::OrderEarlyRenewalRequest request;
  FLEETCA_ASSIGN_OR_RETURN(const v1::IssuedSelection issued, ReadIssuedFlags(flags.issued, now));
  request.set_identity(flags.identity);
  request.set_profile(issued.profile());
  request.set_issuer_key_id(issued.issuer_key_id());
  if (issued.has_from()) {
    *request.mutable_issued_from() = issued.from();
  }
  if (issued.has_to()) {
    *request.mutable_issued_to() = issued.to();
  }
  request.set_explanation_url(flags.explanation_url);
  return request;
}

absl::Status RunOrder(const RenewalFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(v1::OrderEarlyRenewalRequest request,
                           ReadOrderFlags(flags, Clock::System().Now()));
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<RenewalClient> client,
                           ConnectTo<RenewalClient>(flags.connection));
  if (flags.dry_run || !flags.yes) {
    request.set_dry_run(true);
    FLEETCA_ASSIGN_OR_RETURN(const EarlyRenewal plan, client->Order(request));
    if (flags.dry_run) {
      if (plan.certificates == 0) {
        Say("no valid certificate agrees with what was given, and an order would be refused: is it "
            "spelled right?");
      }
      return WriteData("", FormatOrder(plan, true, ParseForm(flags.form)));
    }
    if (plan.certificates > 1) {
      const std::string hits = CountOfCertificates(plan.certificates);
      FLEETCA_RETURN_IF_ERROR(
          Confirm(absl::StrCat("Have ", hits, " renewed from ", TimeToWords(plan.first_turn),
                               " to ", TimeToWords(plan.last_turn), "?"),
                  {absl::StrCat(hits, " would be renewed early, so nothing was ordered"),
                   "nothing was ordered"}));
    }
  }
  request.set_dry_run(false);
  FLEETCA_ASSIGN_OR_RETURN(const EarlyRenewal order, client->Order(request));
  return WriteData("", FormatOrder(order, false, ParseForm(flags.form)));
}

absl::Status RunList(const RenewalFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<RenewalClient> client,
                           ConnectTo<RenewalClient>(flags.connection));
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<EarlyRenewal> orders, client->List());
  return Show(ParseForm(flags.form), FormatOrders(orders, ParseForm(flags.form)));
}

absl::Status RunCancel(const RenewalFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<RenewalClient> client,
                           ConnectTo<RenewalClient>(flags.connection));
  FLEETCA_RETURN_IF_ERROR(client->Cancel(flags.id));
  return WriteData("", ParseForm(flags.form) == OutputForm::kJson
                           ? JsonToText({{"id", flags.id}, {"cancelled", true}})
                           : absl::StrCat("The early renewal ", flags.id, " is cancelled\n"));
}

void Finish(CLI::App& command, const std::shared_ptr<RenewalFlags>& flags, const char* footer,
            std::string (*check)(const RenewalFlags&), absl::Status (*run)(const RenewalFlags&),
            int* exit_code) {
  AddTextOrJsonFlag(command, &flags->form);
  AddConnectionFlags(command, &flags->connection);
  command.footer(footer);
  command.callback([flags, check, run, exit_code] {
    std::string wrong = check(*flags);
    if (wrong.empty()) {
      wrong = MissingConnectionFlag(flags->connection);
    }
    *exit_code = wrong.empty() ? ReportStatus(run(*flags)) : ReportUsageError(wrong);
  });
}

std::string NothingIsWrong(const RenewalFlags&) { return ""; }

std::string CheckOrderFlags(const RenewalFlags& flags) {
  return flags.identity.empty() && !flags.issued.IsSet()
             ? "--identity, --profile, --issuer, --issued-from or --issued-to is needed: it says "
               "which certificates are renewed early"
             : "";
}

}  // namespace

void AddRenewalOrderCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command =
      parent.add_subcommand("order", "Have certificates renewed before their time, in turns");
  auto flags = std::make_shared<RenewalFlags>();
  command->add_option("--identity", flags->identity, "All of this SPIFFE ID")
      ->type_name("SPIFFE-ID")
      ->check(CheckIdentityFlag, "");
  AddIssuedFlags(*command, &flags->issued);
  command->add_option("--explanation-url", flags->explanation_url, "Where people read why")
      ->type_name("URL");
  command->add_flag("--dry-run", flags->dry_run,
                    "Count them and plan the turns, and order nothing");
  command->add_flag("--yes", flags->yes, "Do not ask where more than one is renewed");
  Finish(*command, flags, kOrderExamples, CheckOrderFlags, RunOrder, exit_code);
}

void AddRenewalListCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand("list", "List the early renewals that are in force");
  auto flags = std::make_shared<RenewalFlags>();
  Finish(*command, flags, kListExamples, NothingIsWrong, RunList, exit_code);
}

void AddRenewalCancelCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand("cancel", "Take an early renewal back");
  auto flags = std::make_shared<RenewalFlags>();
  command->add_option("id", flags->id, "Which one, as `fleetca renewal list` says")
      ->type_name("ID")
      ->required();
  Finish(*command, flags, kCancelExamples, NothingIsWrong, RunCancel, exit_code);
}

}  // namespace fleetca::client
