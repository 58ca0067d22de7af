#include "client/cli/stats_command.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/exit_status.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "client/cli/connection_flags.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/facts/facts_text.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/pager.h"
#include "client/cli/terminal/table.h"
#include "client/statistics_client.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

using nlohmann::ordered_json;

constexpr char kExamples[] = R"help(
What was issued, renewed and revoked since the server's start, who follows the feed of revocations,
what its HTTP port answered, and each certificate that the CA has for itself: when it ends, whether that is warned of ("soon"), and when the
server last tried to renew it. What to do, and why a renewal failed, stands below the table. Your
certificate needs may_read_statistics in the policy, as the administrator's of 'fleetca ca init' has
it.

Examples:
  fleetca stats --dir ca
  # Is something to be done?
  fleetca stats --dir ca -o json | jq -e 'all(.own_certificates[]; .in_warning_time | not)'
  # What to watch where proofs of possession are verified in lanes: whether OpenSSL contradicted them
  fleetca stats --dir ca -o json | jq -e '.possession.disagreements == 0'
  # How many verifiers follow the feed of revocations
  fleetca stats --dir ca -o json | jq .revocation.watchers
  # OCSP answers that were signed, and those that were given out again
  fleetca stats --dir ca -o json | jq '.http | .ocsp_signed, .ocsp_cached'
)help";

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

// Absent where the server is of an earlier release.
void AddRevocation(const Statistics& statistics, ordered_json* json) {
  if (!statistics.revocation.has_value()) {
    return;
  }
  const RevocationStatistics& revocation = *statistics.revocation;
  (*json)["revocation"] = {{"loaded", revocation.loaded},
                           {"sequence", revocation.sequence},
                           {"known", revocation.known},
                           {"blocked", revocation.blocked},
                           {"revoked", revocation.revoked},
                           {"refused_revoked", revocation.refused_revoked},
                           {"refused_blocked", revocation.refused_blocked},
                           {"watchers", revocation.watchers}};
}

// Absent where the server has no HTTP port.
void AddHttp(const Statistics& statistics, ordered_json* json) {
  if (!statistics.http.has_value()) {
    return;
  }
  const HttpStatistics& http = *statistics.http;
  ordered_json statuses = ordered_json::object();
  for (const auto& [status, count] : http.statuses) {
    statuses[absl::StrCat(status)] = count;
  }
  (*json)["http"] = {{"answers", http.answers},
                     {"statuses", std::move(statuses)},
                     {"body_bytes", http.body_bytes},
                     {"connections", http.connections},
                     {"accepted_connections", http.accepted_connections},
                     {"refused_connections", http.refused_connections},
                     {"ocsp_signed", http.ocsp_signed},
                     {"ocsp_cached", http.ocsp_cached},
                     {"crls_signed", http.crls_signed}};
}

void AddPossession(const Statistics& statistics, ordered_json* json) {
  if (!statistics.possession_path.empty()) {
    (*json)["possession"] = {{"verified_by", statistics.possession_path},
                             {"by_lanes", statistics.possession.by_lanes},
                             {"checked_again", statistics.possession.checked_again},
                             {"left_to_openssl", statistics.possession.left_to_openssl},
                             {"disagreements", statistics.possession.disagreements}};
  }
}

std::string ToJson(const Statistics& statistics) {
  ordered_json own = ordered_json::array();
  for (const OwnCertificate& certificate : statistics.own_certificates) {
    own.push_back(OwnToJson(certificate));
  }
  ordered_json json = {{"version", statistics.version},
                       {"start_time", TimeToJson(statistics.start_time)},
                       {"read_time", TimeToJson(statistics.read_time)},
                       {"issued", statistics.issued},
                       {"replayed", statistics.replayed},
                       {"validated", statistics.validated},
                       {"refused", statistics.refused},
                       {"queued", statistics.queued},
                       {"renewed", statistics.renewed},
                       {"renewed_by_proof", statistics.renewed_by_proof},
                       {"refused_proofs", statistics.refused_proofs},
                       {"stale_lineages", statistics.stale_lineages},
                       {"blocked_lineages", statistics.blocked_lineages},
                       {"renewal_infos", statistics.renewal_infos},
                       {"moved_windows", statistics.moved_windows},
                       {"cpu_seconds", statistics.cpu_seconds},
                       {"resident_bytes", statistics.resident_bytes}};
  AddPossession(statistics, &json);
  AddRevocation(statistics, &json);
  AddHttp(statistics, &json);
  json["own_certificates"] = std::move(own);
  return JsonToText(json);
}

// The table, and below it what is to be said of its rows in sentences.
std::string OwnToText(const Statistics& statistics) {
  Table table({{.heading = "ENDS"},
               {.heading = "SOON"},
               {.heading = "LAST RENEWAL TRIED"},
               {.heading = "SERIAL", .may_be_cut = true},
               {.heading = "CERTIFICATE", .may_be_cut = true}});
  std::string words;
  for (const OwnCertificate& own : statistics.own_certificates) {
    const Meaning meaning = own.not_after < statistics.read_time ? Meaning::kBad
                            : own.in_warning_time                ? Meaning::kWarning
                                                                 : Meaning::kPlain;
    table.Add(
        {{TimeToWords(own.not_after), meaning},
         {own.in_warning_time ? "yes" : "no", meaning},
         own.last_renewal_attempt_time.has_value() ? TimeToWords(*own.last_renewal_attempt_time)
                                                   : "",
         absl::BytesToHexString(own.serial_number),
         absl::StrCat(own.what, " (", own.subject.empty() ? own.spiffe_id : own.subject, ")")});
    for (const std::string& sentence : {own.warning, own.renewal_error}) {
      absl::StrAppend(&words, sentence.empty() ? "" : absl::StrCat("\n", sentence, "\n"));
    }
  }
  return absl::StrCat(table.Text(), words);
}

std::string RenewalsToText(const Statistics& statistics) {
  return absl::StrCat("Renewals\n", TextLine("Renewed", absl::StrCat(statistics.renewed)),
                      TextLine("By proof", absl::StrCat(statistics.renewed_by_proof)),
                      TextLine("Refused proofs", absl::StrCat(statistics.refused_proofs)),
                      TextLine("Refused copies", absl::StrCat(statistics.stale_lineages)),
                      TextLine("Refused blocked", absl::StrCat(statistics.blocked_lineages)),
                      TextLine("Windows asked", absl::StrCat(statistics.renewal_infos)),
                      TextLine("Windows moved", absl::StrCat(statistics.moved_windows)));
}

std::string RevocationToText(const RevocationStatistics& revocation) {
  return absl::StrCat(
      "Revocation\n",
      TextLine("Revoked",
               absl::StrCat(revocation.known, " known, ", revocation.revoked, " since the start",
                            revocation.loaded ? "" : "; not all are read yet")),
      TextLine("Blocked", absl::StrCat(revocation.blocked)),
      TextLine("Refused", absl::StrCat(revocation.refused_revoked, " revoked, ",
                                       revocation.refused_blocked, " blocked")),
      TextLine("Followed by",
               absl::StrCat(revocation.watchers, " readers of the feed, which is at ",
                            revocation.sequence)));
}

// "200 17, 404 2": each that there was.
template <typename Key>
std::string CountsToText(const std::map<Key, uint64_t>& counts) {
  std::vector<std::string> parts;
  for (const auto& [key, count] : counts) {
    if (count != 0) {
      parts.push_back(absl::StrCat(key, " ", count));
    }
  }
  return parts.empty() ? "(none)" : absl::StrJoin(parts, ", ");
}

std::string HttpToText(const HttpStatistics& http) {
  return absl::StrCat(
      "HTTP\n", TextLine("Answers", CountsToText(http.answers)),
      TextLine("Statuses", CountsToText(http.statuses)),
      TextLine("Octets", absl::StrCat(http.body_bytes)),
      TextLine("Connections", absl::StrCat(http.connections, " now, ", http.accepted_connections,
                                           " taken, ", http.refused_connections, " refused")),
      TextLine("OCSP answers",
               absl::StrCat(http.ocsp_signed, " signed, ", http.ocsp_cached, " given out again")),
      TextLine("CRLs signed", absl::StrCat(http.crls_signed)));
}

std::string PossessionToText(const Statistics& statistics) {
  const PossessionCounts& counts = statistics.possession;
  return absl::StrCat(
      "Possession\n", TextLine("Verified by", statistics.possession_path),
      TextLine("In lanes", absl::StrCat(counts.by_lanes, ", of which ", counts.checked_again,
                                        " were verified again")),
      TextLine("Left over", absl::StrCat(counts.left_to_openssl, " to OpenSSL")),
      TextLine("Wrong", counts.disagreements == 0
                            ? "0"
                            : absl::StrCat(counts.disagreements, "; suspect the processor")));
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
                   TextLine("Memory", absl::StrCat(statistics.resident_bytes >> 20, " MiB")), "\n",
                   RenewalsToText(statistics));
  if (!statistics.possession_path.empty()) {
    absl::StrAppend(&text, "\n", PossessionToText(statistics));
  }
  if (statistics.revocation.has_value()) {
    absl::StrAppend(&text, "\n", RevocationToText(*statistics.revocation));
  }
  if (statistics.http.has_value()) {
    absl::StrAppend(&text, "\n", HttpToText(*statistics.http));
  }
  return statistics.own_certificates.empty() ? text
                                             : absl::StrCat(text, "\n", OwnToText(statistics));
}

absl::Status RunStats(const StatsFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<StatisticsClient> client,
                           ConnectTo<StatisticsClient>(flags.connection));
  FLEETCA_ASSIGN_OR_RETURN(const Statistics statistics, client->Get());
  const OutputForm form = ParseForm(flags.form);
  return Show(form, form == OutputForm::kJson ? ToJson(statistics) : ToText(statistics));
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
