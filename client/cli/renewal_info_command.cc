#include "client/cli/renewal_info_command.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/exit_status.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "client/ca_client.h"
#include "client/cli/connection_flags.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/serial_or_file.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/pager.h"
#include "client/cli/terminal/table.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
A holder takes a time in the window at random, once, and renews then; a window that is past means now.
The window moves where an operator ordered an early renewal, and is past where the certificate was
revoked, so ask again after RETRY AFTER. Whoever has a certificate may ask.

Examples:
  fleetca renewal info --dir ca web.crt
  fleetca renewal info --dir ca -o json web.crt reader.pem | jq -r '.[].window_start'
)help";

struct InfoFlags {
  ConnectionFlags connection;
  std::string form = "text";
  std::vector<std::string> which;
};

nlohmann::ordered_json ToJson(const x509::SerialNumber& serial, const RenewalInfo& info) {
  return {{"serial", serial.ToHex()},
          {"window_start", TimeToJson(info.window_start)},
          {"window_end", TimeToJson(info.window_end)},
          {"retry_after_seconds", absl::ToInt64Seconds(info.retry_after)},
          {"explanation_url", info.explanation_url},
          {"revoked", info.revoked}};
}

absl::Status RunInfo(const InfoFlags& flags) {
  std::vector<x509::SerialNumber> serials;
  for (const std::string& which : flags.which) {
    FLEETCA_ASSIGN_OR_RETURN(serials.emplace_back(), ReadSerialOrFile(which));
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<CaClient> client, Connect(flags.connection));
  FLEETCA_ASSIGN_OR_RETURN(const auto infos, client->GetRenewalInfos(serials));
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  Table table({{.heading = "SERIAL"},
               {.heading = "WINDOW FROM"},
               {.heading = "TO"},
               {.heading = "RETRY AFTER", .right = true},
               {.heading = "EXPLANATION", .may_be_cut = true}});
  for (size_t i = 0; i < infos.size(); ++i) {
    FLEETCA_RETURN_IF_ERROR(infos[i].status());
    const RenewalInfo& info = *infos[i];
    json.push_back(ToJson(serials[i], info));
    table.Add(
        {serials[i].ToHex(),
         TimeToWords(info.window_start),
         TimeToWords(info.window_end),
         absl::FormatDuration(absl::Trunc(info.retry_after, absl::Seconds(1))),
         {info.revoked ? absl::StrCat("revoked ", info.explanation_url) : info.explanation_url,
          info.revoked ? Meaning::kBad : Meaning::kPlain}});
  }
  const OutputForm form = ParseForm(flags.form);
  return Show(form, form == OutputForm::kJson ? JsonToText(json) : table.Text());
}

}  // namespace

void AddRenewalInfoCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand("info", "Ask when certificates should be renewed");
  auto flags = std::make_shared<InfoFlags>();
  command
      ->add_option("certificates", flags->which,
                   "Their serial numbers in hex, or their files; at most 1,000")
      ->type_name("SERIAL|FILE...")
      ->required();
  AddTextOrJsonFlag(*command, &flags->form);
  AddConnectionFlags(*command, &flags->connection);
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    const std::string missing = MissingConnectionFlag(flags->connection);
    *exit_code = missing.empty() ? ReportStatus(RunInfo(*flags)) : ReportUsageError(missing);
  });
}

}  // namespace fleetca::client
