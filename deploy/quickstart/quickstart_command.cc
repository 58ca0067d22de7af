#include "deploy/quickstart/quickstart_command.h"

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/exit_status.h"
#include "base/standard_output.h"
#include "base/status_macros.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/facts/facts_text.h"
#include "client/cli/terminal/output.h"
#include "deploy/quickstart/own_command.h"
#include "deploy/quickstart/quickstart.h"
#include "nlohmann/json.hpp"

namespace fleetca::quickstart {
namespace {

using client::TextLine;

constexpr char kExamples[] = R"help(
For a trial, not for a fleet: makes DIR with a CA of the trust domain fleet.example, starts its server
at 127.0.0.1 in the background, and gets a certificate for spiffe://fleet.example/svc/web. Run again,
after Ctrl-C, a restart of the machine or --stop too, it goes on with what is there; a certificate
that ends within five minutes is replaced. A folder with other files is refused. When the port is
taken, another is chosen, and said.

--stop leaves DIR: remove it when the trial is over.

Examples:
  fleetca quickstart
  fleetca quickstart --dir trial --port 18443 -o json | jq -r .address
  fleetca quickstart --dir trial --stop
  fleetca quickstart --stop
)help";

struct Flags {
  std::string folder = "fleetca-trial";
  std::string form = "text";
  uint16_t port = 0;
  bool foreground = false;
  bool stop = false;
};

// "trial" for "trial/", so that paths in it have one slash.
TrialFolder FolderOf(const Flags& flags) {
  std::string path = flags.folder;
  while (path.size() > 1 && path.back() == '/') {
    path.pop_back();
  }
  return {path};
}

std::string ToJson(const TrialFolder& folder, const Trial& trial) {
  return client::JsonToText({{"folder", folder.path},
                             {"address", trial.address},
                             {"pid", trial.pid},
                             {"log_file", folder.log()},
                             {"ca_folder", folder.ca()},
                             {"trust_bundle_file", folder.roots()},
                             {"certificate_file", folder.certificate()},
                             {"key_file", folder.key()},
                             {"made_ca", trial.made_ca},
                             {"started_server", trial.started_server},
                             {"issued", trial.issued},
                             {"next", trial.next}});
}

std::string ToText(const TrialFolder& folder, const Trial& trial, ServerPlace place) {
  std::string text = absl::StrCat(
      "Trial\n", TextLine("CA", absl::StrCat(folder.ca(), trial.made_ca ? "" : " (was there)")),
      TextLine("Server", absl::StrCat(trial.address, ", process ", trial.pid,
                                      trial.started_server ? "" : " (ran already)")),
      TextLine("Log", place == ServerPlace::kForeground ? "this terminal" : folder.log()),
      TextLine("Certificate",
               absl::StrCat(folder.certificate(), trial.issued ? "" : " (was there)")),
      TextLine("Its key", folder.key()), TextLine("Roots", folder.roots()), "\nNext:\n");
  for (const std::string& command : trial.next) {
    absl::StrAppend(&text, "  ", command, "\n");
  }
  return text;
}

int RunStart(const Flags& flags) {
  const StartOptions options = {
      .folder = FolderOf(flags),
      .port = flags.port,
      .place = flags.foreground ? ServerPlace::kForeground : ServerPlace::kBackground};
  const absl::StatusOr<Trial> trial = Start(options);
  if (!trial.ok()) {
    return ReportStatus(trial.status());
  }
  if (trial->taken_port != 0) {
    client::Say(absl::StrCat("port ", trial->taken_port, " is taken, so the server listens at ",
                             trial->address));
  }
  if (flags.foreground) {
    PassSignalsOn(trial->pid);
  }
  const int shown = ReportStatus(
      WriteStandardOutput(flags.form == "json" ? ToJson(options.folder, *trial)
                                               : ToText(options.folder, *trial, options.place)));
  return flags.foreground && shown == kExitOk ? AwaitServer(trial->pid) : shown;
}

absl::Status RunStop(const Flags& flags) {
  const TrialFolder folder = FolderOf(flags);
  FLEETCA_ASSIGN_OR_RETURN(const Stopped stopped, Stop(folder));
  if (flags.form == "json") {
    return WriteStandardOutput(client::JsonToText(
        {{"folder", folder.path}, {"stopped", stopped.pid != 0}, {"pid", stopped.pid}}));
  }
  return WriteStandardOutput(absl::StrCat(
      stopped.pid != 0 ? absl::StrCat("The server, process ", stopped.pid, ", has stopped. ")
                       : "No server ran. ",
      "The CA, its keys, what it issued and the log are left in ", folder.path, ".\n\nNext:\n  ",
      CommandText({"quickstart", "--dir", folder.path}), "   # goes on\n  ",
      ShellText({"rm", "-r", folder.path}), "   # ends the trial\n"));
}

}  // namespace

void AddQuickstartCommand(CLI::App& app, int* exit_code) {
  CLI::App* command = app.add_subcommand(
      "quickstart", "Try it: a CA, a running server and a certificate, in one command");
  auto flags = std::make_shared<Flags>();
  command->add_option("--dir", flags->folder, "The folder of the trial, which is made")
      ->type_name("DIR")
      ->capture_default_str();
  CLI::Option* const port =
      command
          ->add_option("--port", flags->port,
                       absl::StrCat("Where the server listens; ", kUsualPort,
                                    " at first, and then what the folder says"))
          ->type_name("PORT")
          ->check(CLI::Range(1, 65535), "");
  CLI::Option* const foreground =
      command->add_flag("--foreground", flags->foreground,
                        "Keep the server in this terminal, with its log, until Ctrl-C");
  command->add_flag("--stop", flags->stop, "Stop the server, and say what is left")
      ->excludes(port)
      ->excludes(foreground);
  client::AddTextOrJsonFlag(*command, &flags->form);
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    *exit_code = flags->stop ? ReportStatus(RunStop(*flags)) : RunStart(*flags);
  });
}

}  // namespace fleetca::quickstart
