#include "service/cli/store_command.h"

#include <unistd.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/exit_status.h"
#include "base/standard_output.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "nlohmann/json.hpp"
#include "service/cli/output_form.h"
#include "service/cli/store_owner.h"
#include "service/config/server_config.h"
#include "store/rocksdb/rocksdb_restore.h"

namespace fleetca::service {
namespace {

constexpr char kRestoreExamples[] = R"(
For a store that the server refuses because it is older than store.head_file says, another one, or
gone. First mount its volume, or put the newest copy of the folder in its place. What was written
since that copy is lost, and with it which join tokens and one-use JWTs were used. So every join
token is revoked, and one-use JWTs that were issued before now are refused: by their iat, by their
nbf where they have no iat, and those that have neither for a day. Where there is no store,
an empty one is made. The server must not run. Cut short, run the same command again.
Run it as the user that the server runs as ('sudo -u fleetca fleetca store ...'): the server could
not open what another one writes.

Examples:
  fleetca store restore --accept-loss --config ca/fleetca.textproto
)";

constexpr char kSetClockExamples[] = R"(
For a server that refuses its clock although that is right now: the clock was ahead once, or the CA
was off for longer than clock.max_ahead and no time service keeps the clock. Compare `date` with
another clock first: from then on this machine's time is believed. Join tokens that were made later
than now, while the clock was ahead, are revoked. Which one-use JWTs were used may be forgotten by
a clock that was ahead, so those that were issued before now are refused; no longer than that where
a restore refused them up to a later time. Certificates that were issued then are not valid before
their own time. The server must not run.
Run it as the user that the server runs as ('sudo -u fleetca fleetca store ...'): the server could
not open what another one writes.

Examples:
  date --utc
  fleetca store set-clock --i-checked-the-time --config ca/fleetca.textproto
)";

struct StoreFlags {
  std::string config;
  bool confirmed = false;
  std::string form = "text";
};

// The command as it was given, for the user who has to give it again.
std::string CommandLine(absl::string_view name, const StoreFlags& flags) {
  return absl::StrCat("fleetca store ", name, " --config ", flags.config);
}

absl::Status Restore(const StoreFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const ServerConfig config, LoadServerConfig(flags.config));
  FLEETCA_RETURN_IF_ERROR(
      CheckOwnsStore(config.store.path, geteuid(), CommandLine("restore --accept-loss", flags)));
  const absl::Time now = Clock::System().Now();
  FLEETCA_ASSIGN_OR_RETURN(const store::RestoreSummary summary,
                           store::AcceptLoss(config.store, now));
  if (flags.form == "json") {
    nlohmann::ordered_json json;
    json["store"] = config.store.path;
    json["made_new"] = summary.made_new;
    json["last_write"] = summary.made_new ? "" : TimeToText(summary.last_write);
    json["join_tokens_revoked"] = summary.tokens_revoked;
    json["jwts_not_before"] = TimeToText(summary.jwts_not_before);
    json["epoch"] = summary.epoch;
    return WriteStandardOutput(JsonToText(json));
  }
  return WriteStandardOutput(absl::StrCat(
      summary.made_new
          ? absl::StrCat("There was no store in ", config.store.path, ": an empty one was made.\n")
          : absl::StrCat("The store in ", config.store.path, " is taken for the newest; its last ",
                         "write was at ", TimeToText(summary.last_write), ".\n"),
      "Join tokens revoked: ", summary.tokens_revoked,
      ". Make new ones for hosts that wait.\nOne-use JWTs that were issued before ",
      TimeToText(summary.jwts_not_before), " are refused.\nNext: fleetca serve --config ",
      flags.config, "\n"));
}

absl::Status SetClock(const StoreFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const ServerConfig config, LoadServerConfig(flags.config));
  FLEETCA_RETURN_IF_ERROR(CheckOwnsStore(config.store.path, geteuid(),
                                         CommandLine("set-clock --i-checked-the-time", flags)));
  const absl::Time now = Clock::System().Now();
  FLEETCA_ASSIGN_OR_RETURN(const store::ClockSummary summary, store::SetClock(config.store, now));
  const bool had_time = summary.before > absl::UnixEpoch();
  if (flags.form == "json") {
    nlohmann::ordered_json json;
    json["store"] = config.store.path;
    json["latest_time_before"] = had_time ? TimeToText(summary.before) : "";
    json["latest_time"] = TimeToText(now);
    json["join_tokens_revoked"] = summary.tokens_revoked;
    json["jwts_not_before"] =
        summary.jwts_not_before.has_value() ? TimeToText(*summary.jwts_not_before) : "";
    return WriteStandardOutput(JsonToText(json));
  }
  return WriteStandardOutput(absl::StrCat(
      had_time ? absl::StrCat("The latest time that the store noted was ",
                              TimeToText(summary.before), "; now it is ")
               : "The store was never written, and had noted no time; now it notes ",
      TimeToText(now), ".\nJoin tokens revoked, because they were made later than that: ",
      summary.tokens_revoked, ".\n",
      summary.jwts_not_before.has_value()
          ? absl::StrCat("One-use JWTs that were issued before ",
                         TimeToText(*summary.jwts_not_before),
                         " are refused, because which of them were used may be forgotten.\n")
          : "",
      "Next: fleetca serve --config ", flags.config, "\n"));
}

void AddCommand(CLI::App& store, const char* name, const char* description,
                const char* confirmation, const char* confirmed_means, const char* footer,
                int* exit_code, absl::Status (*run)(const StoreFlags&)) {
  CLI::App* command = store.add_subcommand(name, description);
  auto flags = std::make_shared<StoreFlags>();
  command->add_option("--config", flags->config, "The server's configuration")
      ->type_name("FILE")
      ->required();
  command->add_flag(confirmation, flags->confirmed, confirmed_means)->required();
  AddFormFlag(*command, &flags->form);
  command->footer(footer);
  command->callback([flags, exit_code, run] { *exit_code = ReportStatus(run(*flags)); });
}

}  // namespace

void AddStoreCommand(CLI::App& app, int* exit_code) {
  CLI::App* store = app.add_subcommand("store", "Bring a store or its clock back into use");
  store->require_subcommand(1);
  AddCommand(*store, "restore", "Take an older copy of the store, or a new one, for the store",
             "--accept-loss", "That what was written since is lost, and tokens are revoked",
             kRestoreExamples, exit_code, Restore);
  AddCommand(*store, "set-clock", "Take the present time for the latest that the store noted",
             "--i-checked-the-time", "That this machine's clock is right", kSetClockExamples,
             exit_code, SetClock);
}

}  // namespace fleetca::service
