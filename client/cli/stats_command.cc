#include "client/cli/stats_command.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/exit_status.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "client/cli/connection_flags.h"
#include "client/cli/facts_json.h"
#include "client/cli/facts_text.h"
#include "client/cli/output.h"
#include "client/statistics_client.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

using nlohmann::ordered_json;

constexpr char kExamples[] = R"help(
What was issued since the server's start, and each certificate that the CA has for itself: when it
ends, whether that is warned of ("soon"), and when the server last tried to renew it. What to do, and
why a renewal failed, stands below the table. Your certificate needs may_read_statistics in the
policy, as the administrator's of 'fleetca ca init' has it.

Examples:
  fleetca stats --dir ca
  # Is something to be done?
  fleetca stats --dir ca -o json | jq -e 'all(.own_certificates[]; .in_warning_time | not)'
)help";

constexpr char kRow[] = "%-23s  %-4s  %-23s  %-40s  %s\n";

struct StatsFlags {
  ConnectionFlags connection;
  std::string form = "text";
};

ordered_json OwnToJson(const OwnCertificate& own) {
  ordered_json json = {{"what", own.what},
                       {"file", own.file},
                       {"subject", own.subject},
                       {"spiffe_id", own.spiffe_id},
                       {"serial", absl::BytesToHexString(own.serial_number)},
                       {"not_after", TimeToJson(own.not_after)},
                       {"in_warning_time", own.in_warning_time},
                       {"warning", own.warning}};
  if (own.last_renewal_attempt_time.has_value()) {
    json["last_renewal_attempt_time"] = TimeToJson(*own.last_renewal_attempt_time);
  }
  json["renewal_error"] = own.renewal_error;
  return json;
}

std::string ToJson(const Statistics& statistics) {
  ordered_json own = ordered_json::array();
  for (const OwnCertificate& certificate : statistics.own_certificates) {
    own.push_back(OwnToJson(certificate));
  }
  return JsonToText({{"version", statistics.version},
                     {"start_time", TimeToJson(statistics.start_time)},
                     {"read_time", TimeToJson(statistics.read_time)},
                     {"issued", statistics.issued},
                     {"replayed", statistics.replayed},
                     {"validated", statistics.validated},
                     {"refused", statistics.refused},
                     {"queued", statistics.queued},
                     {"cpu_seconds", statistics.cpu_seconds},
                     {"resident_bytes", statistics.resident_bytes},
                     {"own_certificates", std::move(own)}});
}

// The table, and below it what is to be said of its rows in sentences.
std::string OwnToText(const Statistics& statistics) {
  std::string table =
      absl::StrFormat(kRow, "ENDS", "SOON", "LAST RENEWAL TRIED", "SERIAL", "CERTIFICATE");
  std::string words;
  for (const OwnCertificate& own : statistics.own_certificates) {
    absl::StrAppendFormat(
        &table, kRow, TimeToWords(own.not_after), own.in_warning_time ? "yes" : "no",
        own.last_renewal_attempt_time.has_value() ? TimeToWords(*own.last_renewal_attempt_time)
                                                  : "-",
        absl::BytesToHexString(own.serial_number),
        own.subject.empty() ? absl::StrCat(own.what, " (", own.spiffe_id, ")")
                            : absl::StrCat(own.what, " (", own.subject, ")"));
    for (const std::string& sentence : {own.warning, own.renewal_error}) {
      absl::StrAppend(&words, sentence.empty() ? "" : absl::StrCat("\n", sentence, "\n"));
    }
  }
  return absl::StrCat(table, words);
}

std::string ToText(const Statistics& statistics) {
  std::string text =
      absl::StrCat("Server\n", TextLine("Release", statistics.version),
                   TextLine("Running since", TimeToWords(statistics.start_time)),
                   TextLine("Issued", absl::StrCat(statistics.issued)),
                   TextLine("Replayed", absl::StrCat(statistics.replayed)),
                   TextLine("Validated", absl::StrCat(statistics.validated)),
                   TextLine("Refused", absl::StrCat(statistics.refused)),
                   TextLine("Waiting", absl::StrCat(statistics.queued)),
                   TextLine("CPU seconds", absl::StrFormat("%.1f", statistics.cpu_seconds)),
                   TextLine("Memory", absl::StrCat(statistics.resident_bytes >> 20, " MiB")));
  return statistics.own_certificates.empty() ? text
                                             : absl::StrCat(text, "\n", OwnToText(statistics));
}

absl::Status RunStats(const StatsFlags& flags) {
  FLEETCA_RETURN_IF_ERROR(PrepareGrpc());
  FLEETCA_ASSIGN_OR_RETURN(CaClientOptions options, ClientOptionsOf(flags.connection));
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<StatisticsClient> client,
                           StatisticsClient::Create(std::move(options)));
  FLEETCA_ASSIGN_OR_RETURN(const Statistics statistics, client->Get());
  return WriteData(
      "", ParseForm(flags.form) == OutputForm::kJson ? ToJson(statistics) : ToText(statistics));
}

}  // namespace

void AddStatsCommand(CLI::App& app, int* exit_code) {
  CLI::App* command = app.add_subcommand(
      "stats", "Ask a running CA what it has issued, and how long its own certificates live");
  auto flags = std::make_shared<StatsFlags>();
  AddTextOrJsonFlag(*command, &flags->form);
  AddConnectionFlags(*command, &flags->connection);
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    const std::string missing = MissingConnectionFlag(flags->connection);
    *exit_code = missing.empty() ? ReportStatus(RunStats(*flags)) : ReportUsageError(missing);
  });
}

}  // namespace fleetca::client
