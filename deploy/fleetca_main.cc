// fleetca: the one binary. It knows the server's commands and the client's, and nothing below them.
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/App.hpp"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "base/cpu_features.h"
#include "base/exit_status.h"
#include "base/last_words.h"
#include "base/machine_openssl.h"
#include "base/openssl.h"
#include "base/standard_output.h"
#include "base/version.h"
#include "client/cli/command_line.h"
#include "client/cli/commands.h"
#include "client/cli/flag_paths.h"
#include "client/cli/help_json.h"
#include "client/cli/manual/command_tree.h"
#include "client/cli/policy_apply_command.h"
#include "client/cli/terminal/output.h"
#include "deploy/commit.h"
#include "deploy/quickstart/quickstart_command.h"
#include "service/cli/commands.h"
#include "service/cli/policy_command.h"

namespace {

constexpr char kFooter[] = R"(
Examples:
  fleetca ca init --dir ca --trust-domain fleet.example
  fleetca serve --config ca/fleetca.textproto &
  fleetca cert issue --dir ca --profile service --new-key p256 --key-out web.key \
    --name URI:spiffe://fleet.example/svc/web --out web.crt
  fleetca cert inspect web.crt

Where a flag of the connection is missing, FLEETCA_SERVER and FLEETCA_DIR say it, then the context in
use ('fleetca context'). Data goes to standard output, words to standard error, and with -o json an
error is one JSON object there. Exit status: 0 done, 1 failed, 2 the command line was not understood.
A passphrase is never an argument. 'fleetca help COMMAND' says more.
)";

constexpr char kVersionExamples[] = R"(
Examples:
  fleetca version
  fleetca version -o json
)";

constexpr char kHelpExamples[] = R"(
Examples:
  fleetca help cert
  fleetca help cert issue
  fleetca help cert issue -o json | jq -r '.flags[].names[-1]'
)";

std::string OpensslVersion() { return OpenSSL_version(OPENSSL_VERSION_STRING); }

// What `possession_lanes: POSSESSION_LANES_AUTO` takes on this host.
std::string PossessionLanes() {
  return fleetca::HasAvx512Ifma() && !fleetca::IsConfiguredForFips() ? "AVX-512 IFMA" : "none";
}

// "fleetca 0.1.0 (commit 1a2b3c, OpenSSL 3.0.19, possession lanes: AVX-512 IFMA)"
std::string VersionText() {
  const std::string commit = fleetca::kCommit;
  return absl::StrCat("fleetca ", fleetca::kVersion, " (",
                      commit.empty() ? "" : absl::StrCat("commit ", commit, ", "), "OpenSSL ",
                      OpensslVersion(), ", possession lanes: ", PossessionLanes(), ")");
}

std::string VersionJson() {
  const std::string commit = fleetca::kCommit;
  return absl::StrCat("{\"version\": \"", fleetca::kVersion, "\", ",
                      commit.empty() ? "" : absl::StrCat("\"commit\": \"", commit, "\", "),
                      "\"openssl\": \"", OpensslVersion(), "\", \"possession_lanes\": \"",
                      PossessionLanes(), "\"}");
}

void AddVersionCommand(CLI::App& app, int* exit_code) {
  CLI::App* command = app.add_subcommand("version", "Say which fleetca this is");
  auto form = std::make_shared<std::string>("text");
  fleetca::client::AddTextOrJsonFlag(*command, form.get());
  command->footer(kVersionExamples);
  command->callback([form, exit_code] {
    const std::string text = *form == "json" ? VersionJson() : VersionText();
    *exit_code = fleetca::ReportStatus(fleetca::WriteStandardOutput(absl::StrCat(text, "\n")));
  });
}

// For the list of commands alone: it is taken off the arguments before they are parsed.
void AddHelpCommand(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "help", "Explain a command, as its --help does: help COMMAND [SUBCOMMAND]");
  auto form = std::make_shared<std::string>("text");
  auto path = std::make_shared<std::vector<std::string>>();
  // As the command, they are taken off the arguments.
  fleetca::client::AddTextOrJsonFlag(*command, form.get());
  command->add_option("command", *path, "Which one, such as: cert issue")->type_name("COMMAND");
  command->footer(kHelpExamples);
  // It keeps them for as long as the flags may write to them.
  command->callback([form, path] {});
}

bool WantsJsonOutput() { return fleetca::GetErrorForm() == fleetca::ErrorForm::kJson; }

int Report(const fleetca::client::CommandLineMistake& mistake,
           const std::vector<std::string>& arguments) {
  return fleetca::client::ExitCodeWithoutAnswer(
      arguments, fleetca::ReportUsageError(mistake.sentence, mistake.flag));
}

int ShowHelp(const CLI::App& app, const CLI::CallForHelp& help) {
  if (WantsJsonOutput()) {
    return fleetca::ReportStatus(
        fleetca::WriteStandardOutput(fleetca::client::HelpToJson(fleetca::client::Innermost(app))));
  }
  const int shown = app.exit(help);
  return std::cout.flush().good() ? shown : fleetca::kExitFailed;
}

// CLI11 throws for whatever it does not like.
int Run(std::vector<std::string> arguments) {
  if (fleetca::client::WantsJson(arguments)) {
    fleetca::SetErrorForm(fleetca::ErrorForm::kJson);
  }
  arguments = fleetca::client::WithoutHelpCommand(std::move(arguments));
  int exit_code = fleetca::kExitOk;
  CLI::App app("A certificate authority for a fleet of services, hosts and jobs.", "fleetca");
  app.require_subcommand(1);
  app.footer(kFooter);
  app.set_version_flag(
      "--version", [] { return WantsJsonOutput() ? VersionJson() : VersionText(); },
      "Say which fleetca this is");
  fleetca::service::AddServerCommands(app, &exit_code);
  fleetca::client::AddCertCommands(app, &exit_code);
  // It asks a server, and checks the file first as only the server's side can.
  fleetca::client::AddPolicyApplyCommand(*app.get_subcommand("policy"), &exit_code,
                                         fleetca::service::CheckPolicyFile);
  fleetca::quickstart::AddQuickstartCommand(app, &exit_code);
  AddHelpCommand(app);
  AddVersionCommand(app, &exit_code);
  fleetca::client::AddGroupExamples(app);
  fleetca::client::NamePathsWhenParsed(app);
  if (const auto mistake = fleetca::client::FindMistake(app, arguments);
      !mistake.sentence.empty()) {
    return Report(mistake, arguments);
  }
  try {
    // CLI11 takes them from the end.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp& help) {
    return ShowHelp(app, help);
  } catch (const CLI::ParseError& error) {
    // Asking for the version is no mistake; everything else is.
    if (error.get_exit_code() != 0) {
      return Report(fleetca::client::MistakeOf(app, error), arguments);
    }
    const int shown = app.exit(error);
    return std::cout.flush().good() ? shown : fleetca::kExitFailed;
  }
  fleetca::FlushNotes();
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  // Debian builds absl with deadlock detection on, which makes every lock three times as slow.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  fleetca::SayWhyOnTerminate();
  // We throw nothing. What a library throws, no memory above all, ends here with a sentence.
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  try {
    return Run(arguments);
  } catch (const std::exception& error) {
    return fleetca::client::ExitCodeWithoutAnswer(arguments,
                                                  fleetca::ReportUnexpected(error.what()));
  }
}
