// fleetca: the one binary. It knows the server's commands and the client's, and nothing below them.
#include <cstdio>
#include <exception>
#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/synchronization/mutex.h"
#include "base/exit_status.h"
#include "base/last_words.h"
#include "base/version.h"
#include "client/cli/commands.h"
#include "client/cli/policy_apply_command.h"
#include "service/cli/commands.h"
#include "service/cli/policy_command.h"

namespace {

constexpr char kFooter[] = R"(
From nothing to a certificate:
  fleetca ca init --dir ca --trust-domain fleet.example
  fleetca serve --config ca/fleetca.textproto &
  fleetca cert issue --dir ca --profile service --new-key p256 --key-out web.key \
    --name URI:spiffe://fleet.example/svc/web --chain --out web.crt
  fleetca cert inspect web.crt

Data goes to standard output, words to standard error. Exit status: 0 done, 1 failed, 2 the command
line was not understood. A passphrase is never an argument. `fleetca COMMAND --help` says more.
)";

void AddVersionCommand(CLI::App& app, int* exit_code) {
  CLI::App* command = app.add_subcommand("version", "Say which fleetca this is");
  auto form = std::make_shared<std::string>("text");
  command->add_option("-o,--output", *form, "The form of what is written to standard output")
      ->type_name("text|json")
      ->check(
          [](const std::string& given) -> std::string {
            return given == "text" || given == "json" ? "" : "the form is text or json";
          },
          "")
      ->capture_default_str();
  command->callback([form, exit_code] {
    const int written = *form == "json" ? std::printf("{\"version\": \"%s\"}\n", fleetca::kVersion)
                                        : std::printf("fleetca %s\n", fleetca::kVersion);
    *exit_code = written > 0 && std::fflush(stdout) == 0 ? fleetca::kExitOk : fleetca::kExitFailed;
  });
}

const CLI::App* FindCommand(const CLI::App& app, const std::string& name) {
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->check_name(name) && !command->get_name().empty()) {
      return command;
    }
  }
  return nullptr;
}

std::string CommandsOf(const CLI::App& app) {
  std::string names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    // Groups of flags have no name, and what starts with "-" is none of the user's.
    if (!command->get_name().empty() && !command->get_group().empty()) {
      names += (names.empty() ? "" : ", ") + command->get_name();
    }
  }
  return names;
}

// The first word that stands where a command must and is none, as a sentence; "" where all are.
// CLI11 would only say that a command is missing.
std::string MistypedCommand(const CLI::App& app, int argc, char** argv) {
  const CLI::App* at = &app;
  std::string path = "fleetca";
  for (int i = 1; i < argc && argv[i][0] != '-'; ++i) {
    if (at->get_require_subcommand_min() == 0) {
      break;
    }
    const CLI::App* const next = FindCommand(*at, argv[i]);
    if (next == nullptr) {
      return "\"" + std::string(argv[i]) + "\" is no command of " + path +
             "; there are: " + CommandsOf(*at);
    }
    at = next;
    path += " " + std::string(argv[i]);
  }
  return "";
}

// CLI11 throws for whatever it does not like.
int Run(int argc, char** argv) {
  int exit_code = fleetca::kExitOk;
  CLI::App app("A certificate authority for a fleet of services, hosts and jobs.", "fleetca");
  app.require_subcommand(1);
  app.footer(kFooter);
  fleetca::service::AddServerCommands(app, &exit_code);
  fleetca::client::AddCertCommands(app, &exit_code);
  // It asks a server, and checks the file first as only the server's side can.
  fleetca::client::AddPolicyApplyCommand(*app.get_subcommand("policy"), &exit_code,
                                         fleetca::service::CheckPolicyFile);
  AddVersionCommand(app, &exit_code);
  if (const std::string mistake = MistypedCommand(app, argc, argv); !mistake.empty()) {
    return fleetca::ReportUsageError(mistake);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Asking for help is no mistake; everything else is.
    return app.exit(error) == 0 ? fleetca::kExitOk : fleetca::kExitUsage;
  }
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  // Debian builds absl with deadlock detection on, which makes every lock three times as slow.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  fleetca::SayWhyOnTerminate();
  // We throw nothing. What a library throws, no memory above all, ends here with a sentence.
  try {
    return Run(argc, argv);
  } catch (const std::exception& error) {
    return fleetca::ReportUnexpected(error.what());
  }
}
