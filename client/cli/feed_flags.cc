#include "client/cli/feed_flags.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "client/ca_client_options.h"
#include "client/cli/terminal/duration_flag.h"

namespace fleetca::client {
namespace {

std::string CheckMaxAge(const std::string& given) {
  std::string mistake = CheckDurationFlag(given);
  if (mistake.empty() &&
      ParseDurationFlag(given).value_or(absl::ZeroDuration()) < Revocations::kLeastMaxAge) {
    mistake = absl::StrCat("\"", given,
                           "\" is too short, as the CA says every 5s that there is "
                           "nothing new; give ",
                           absl::FormatDuration(Revocations::kLeastMaxAge), " or more");
  }
  return mistake;
}

RevocationsOptions OptionsOf(const FeedFlags& flags) {
  RevocationsOptions options;
  options.max_age = ParseDurationFlag(flags.max_age).value_or(options.max_age);
  options.when_stale = flags.when_stale == "allow" ? WhenStale::kAllow : WhenStale::kDeny;
  return options;
}

}  // namespace

void AddFeedFlags(CLI::App& command, FeedFlags* flags) {
  CLI::Option* const follow = command.add_flag(
      "--follow-revocations", flags->follow,
      "Refuse revoked certificates: hear of them from the CA, connected to as below");
  command
      .add_option("--revocations-max-age", flags->max_age,
                  "How old the knowledge of what is revoked may be; 10s or more")
      ->type_name("TIME")
      ->check(CheckMaxAge, "")
      ->needs(follow)
      ->capture_default_str();
  command
      .add_option(
          "--when-stale", flags->when_stale,
          "What becomes of callers while it is older, as when the CA is away: deny or allow")
      ->type_name("RULE")
      ->check(CLI::IsMember({"deny", "allow"}), "")
      ->needs(follow)
      ->capture_default_str();
  AddServerFlags(command, &flags->connection);
}

std::string FeedFlagMistake(const FeedFlags& flags) {
  if (flags.follow) {
    return MissingConnectionFlag(flags.connection);
  }
  const ConnectionSettings& given = flags.connection;
  const std::pair<const char*, const std::string&> without_use[] = {
      {"--server", given.server},
      {"--dir", given.dir},
      {"--ca", given.ca},
      {"--cert", given.certificate},
      {"--key", given.key},
      {"--server-name", given.server_name},
      {"--server-identity", given.server_identity}};
  for (const auto& [flag, value] : without_use) {
    if (!value.empty()) {
      return absl::StrCat(flag, " is of use with --follow-revocations alone; add that, or leave ",
                          flag, " out");
    }
  }
  return "";
}

absl::StatusOr<FollowedRevocations> StartFeed(const FeedFlags& flags) {
  FollowedRevocations followed;
  if (!flags.follow) {
    return followed;
  }
  FLEETCA_ASSIGN_OR_RETURN(CaClientOptions client, ClientOptionsOf(flags.connection));
  FLEETCA_ASSIGN_OR_RETURN(followed.revocations, Revocations::Create(OptionsOf(flags)));
  FLEETCA_ASSIGN_OR_RETURN(followed.feed,
                           RevocationFeed::Start({.address = std::move(client.address),
                                                  .files = std::move(client.files),
                                                  .server_name = std::move(client.server_name)},
                                                 followed.revocations));
  return followed;
}

}  // namespace fleetca::client
