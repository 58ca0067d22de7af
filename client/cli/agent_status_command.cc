#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <system_error>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/fetch/http_fetch.h"
#include "base/status_macros.h"
#include "client/agent/config/agent_config.h"
#include "client/cli/agent_commands.h"
#include "client/cli/facts/facts_text.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/pager.h"
#include "client/cli/terminal/table.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

using nlohmann::json;

constexpr char kExamples[] = R"help(
Asks a running agent at its socket: each identity's certificate, when it ends and is renewed, the
last error in words, and what became of the hooks; and up to which change the feed of revocations is
held, and how old that is, where the agent follows it. --ready makes the exit status 1 while an identity
has no valid certificate.

Examples:
  fleetca agent status --config agent/agent.textproto
  fleetca agent status --socket agent/status.sock -o json | jq -r '.identities[].not_after'
  fleetca agent status --socket agent/status.sock --ready
)help";

constexpr size_t kMaxStatusBytes = size_t{16} << 20;

struct StatusFlags {
  std::string config;
  std::string socket;
  bool ready = false;
  std::string form = "text";
};

// "" for what is not there, or is none.
std::string Text(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || !found->is_string() ? "" : found->get<std::string>();
}

// False for what is not there, or is no such value.
bool Flag(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

// None for what is not there.
json List(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || !found->is_array() ? json::array() : *found;
}

std::string OrNone(const std::string& text) { return text.empty() ? "(none)" : text; }

std::string ErrorText(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || !found->is_object() ? "" : Text(*found, "message");
}

std::string HookText(const json& hook) {
  const std::string error = ErrorText(hook, "error");
  const std::string what = Text(hook, "hook");
  // Most errors name the hook themselves.
  const std::string outcome = absl::StartsWith(error, what) ? error
                              : !error.empty()              ? absl::StrCat(what, ": ", error)
                              : Flag(hook, "pending")       ? absl::StrCat(what, ": to be run")
                                                            : absl::StrCat(what, ": worked");
  const std::string ran_at = Text(hook, "ran_at");
  return absl::StrCat(outcome, ran_at.empty() ? "" : absl::StrCat(" (", ran_at, ")"));
}

std::string IdentityText(const json& identity) {
  std::string text = absl::StrCat("\nIdentity ", Text(identity, "name"), "\n",
                                  TextLine("SPIFFE ID", OrNone(Text(identity, "spiffe_id"))),
                                  TextLine("Ready", Flag(identity, "ready") ? "yes" : "no"),
                                  TextLine("Doing", Text(identity, "doing")),
                                  TextLine("Serial", OrNone(Text(identity, "serial"))),
                                  TextLine("Ends", OrNone(Text(identity, "not_after"))),
                                  TextLine("Renews", OrNone(Text(identity, "renew_at"))));
  if (const std::string why = Text(identity, "renew_reason"); !why.empty()) {
    absl::StrAppend(&text, TextLine("Renews as", why));
  }
  const std::string error = ErrorText(identity, "last_error");
  if (!error.empty()) {
    absl::StrAppend(&text, TextLine("Last error", error));
  }
  if (const std::string aside = Text(identity, "bundle_kept_aside"); !aside.empty()) {
    absl::StrAppend(&text, TextLine("Trust bundle", aside));
  }
  std::vector<std::string> hooks;
  for (const json& hook : List(identity, "hooks")) {
    hooks.push_back(HookText(hook));
  }
  return absl::StrCat(text, TextLines("Hooks", hooks));
}

// A whole number that is there, as text; "" for any other.
std::string Number(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || !found->is_number_integer() ? "" : found->dump();
}

// What the agent holds of the CA's feed of revocations; "" where it follows none.
std::string RevocationsText(const json& status) {
  const auto found = status.find("revocations");
  if (found == status.end() || !found->is_object()) {
    return "";
  }
  const std::string age = Number(*found, "age_seconds");
  const std::string known =
      age.empty() ? "not known yet"
                  : absl::StrCat(Number(*found, "revoked"), " certificates, as of ",
                                 Text(*found, "as_of"), ", heard ", age, " s ago",
                                 Flag(*found, "stale") ? ", which is too long ago" : "");
  const std::string sequence = Number(*found, "sequence");
  return absl::StrCat("\nRevocations\n", TextLine("Revoked", known),
                      TextLine("Sequence", OrNone(sequence)));
}

// All of them at a glance; below it each has its own lines.
std::string OverviewText(const json& identities) {
  Table table({{.heading = "IDENTITY"},
               {.heading = "READY"},
               {.heading = "DOING"},
               {.heading = "ENDS"},
               {.heading = "RENEWS"},
               {.heading = "SPIFFE ID", .may_be_cut = true}});
  for (const json& identity : identities) {
    const bool ready = Flag(identity, "ready");
    table.Add({Text(identity, "name"),
               {ready ? "yes" : "no", ready ? Meaning::kGood : Meaning::kBad},
               Text(identity, "doing"),
               Text(identity, "not_after"),
               Text(identity, "renew_at"),
               Text(identity, "spiffe_id")});
  }
  return table.Text();
}

std::string StatusText(const json& status) {
  std::string text = absl::StrCat("Agent\n", TextLine("Release", Text(status, "version")),
                                  TextLine("Running since", Text(status, "started_at")),
                                  TextLine("Ready", Flag(status, "ready") ? "yes" : "no"));
  const json identities = List(status, "identities");
  if (!identities.empty()) {
    absl::StrAppend(&text, "\n", OverviewText(identities));
  }
  for (const json& identity : identities) {
    absl::StrAppend(&text, IdentityText(identity));
  }
  return absl::StrCat(text, RevocationsText(status));
}

absl::StatusOr<std::string> SocketOf(const StatusFlags& flags) {
  if (!flags.socket.empty()) {
    return flags.socket;
  }
  FLEETCA_ASSIGN_OR_RETURN(const AgentOptions options, LoadAgentConfig(flags.config));
  if (options.status_socket.empty()) {
    return FailedPrecondition(
        Reason::kConfigInvalid, "status.socket",
        absl::StrCat(flags.config,
                     " has no status socket (status { socket: \"-\" }); give it one, or ask its "
                     "status address"));
  }
  return options.status_socket;
}

// Why nothing came: libcurl knows a host and a port, and not what is wrong with a socket.
absl::Status NoAnswer(const std::string& socket, const absl::Status& status) {
  std::string why;
  if (access(socket.c_str(), F_OK) != 0) {
    why = absl::StrCat(std::generic_category().message(errno),
                       "; start the agent, or name the socket that its configuration has");
  } else if (access(socket.c_str(), W_OK) != 0) {
    why = absl::StrCat(std::generic_category().message(errno),
                       "; ask as the user that the agent runs as, or as root");
  } else if (absl::StrContains(status.message(), "Failed to connect")) {
    why = "an agent was there and ended; start it again";
  } else {
    return Annotate(status, absl::StrCat("no agent answers at ", socket, "; is it running?"));
  }
  return Unavailable(Reason::kServerUnreachable,
                     absl::StrCat("no agent answers at ", socket, ": ", why));
}

absl::Status RunStatus(const StatusFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string socket, SocketOf(flags));
  const absl::StatusOr<FetchedDocument> answer = FetchHttp({.url = "http://localhost/status",
                                                            .unix_socket = socket,
                                                            .scheme = UrlScheme::kHttp,
                                                            .max_bytes = kMaxStatusBytes});
  if (!answer.ok()) {
    return NoAnswer(socket, answer.status());
  }
  const json status = json::parse(answer->body, nullptr, /*allow_exceptions=*/false);
  if (!status.is_object()) {
    return DataLoss(Reason::kAnswerInvalid,
                    absl::StrCat("what answers at ", socket, " is not an agent of this release"));
  }
  const OutputForm form = ParseForm(flags.form);
  FLEETCA_RETURN_IF_ERROR(
      Show(form, form == OutputForm::kJson ? answer->body : StatusText(status)));
  if (flags.ready && !Flag(status, "ready")) {
    return FailedPrecondition(
        Reason::kCallerCertificateExpired,
        "an identity of the agent has no valid certificate; it is said above why");
  }
  return absl::OkStatus();
}

}  // namespace

void AddAgentStatusCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand("status", "Ask a running agent how it is");
  auto flags = std::make_shared<StatusFlags>();
  CLI::Option* const config =
      command->add_option("--config", flags->config, "The configuration of the agent")
          ->type_name("FILE");
  command->add_option("--socket", flags->socket, "The agent's status socket, in place of --config")
      ->type_name("SOCKET")
      ->excludes(config);
  command->add_flag("--ready", flags->ready, "Fail while an identity is not ready");
  AddTextOrJsonFlag(*command, &flags->form);
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    *exit_code = flags->config.empty() && flags->socket.empty()
                     ? ReportUsageError("--config or --socket is required: which agent to ask")
                     : ReportStatus(RunStatus(*flags));
  });
}

}  // namespace fleetca::client
