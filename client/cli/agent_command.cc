#include <csignal>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/descriptor_budget.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/grpc/library_log.h"
#include "base/log.h"
#include "base/process_hardening.h"
#include "base/signals.h"
#include "base/status_macros.h"
#include "base/systemd_notify.h"
#include "client/agent/config/agent_config.h"
#include "client/agent/daemon/agent.h"
#include "client/agent/daemon/running_agent.h"
#include "client/cli/agent_commands.h"
#include "client/cli/connection_flags.h"
#include "client/cli/terminal/duration_flag.h"
#include "client/cli/terminal/output.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
Keeps the certificates of this host, as its configuration says (deploy/example/agent.textproto has
every field): it has the first one by a token, a JWT or an earlier certificate, puts the files in
place, all at once, renews in the window that the CA gives, and tells services by hooks. Keys are
made here and never leave the host. docs/agent.md says more.

--once is for a container that runs before others: it ends once every identity has its certificate
and every hook has worked. --check reads the configuration alone, and says what would be done.

SIGTERM or SIGINT ends it, and what it keeps is on disk. SIGHUP has it read the configuration again
and go on by that one, or by the one before where the new one is not right, which the log says; with
run_as, and for log settings, the agent is to be restarted. Logs go to standard error.

Examples:
  fleetca agent --config agent/agent.textproto --check
  fleetca agent --config agent/agent.textproto --once
  fleetca agent --config agent/agent.textproto &
)help";

struct AgentFlags {
  std::string config;
  bool once = false;
  bool check = false;
  std::string timeout = "5m";
  // Of --check, and of the error with which it ends.
  std::string form = "text";
};

log::Level LevelOf(absl::string_view level) {
  return level == "debug"     ? log::Level::kDebug
         : level == "warning" ? log::Level::kWarning
         : level == "error"   ? log::Level::kError
                              : log::Level::kInfo;
}

absl::Status Check(const AgentFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const AgentOptions options, LoadAgentConfig(flags.config));
  return WriteData("", ParseForm(flags.form) == OutputForm::kJson ? AgentPlanToJson(options)
                                                                  : AgentPlanToText(options));
}

// What a process that is an agent sets up first: no core dumps, gRPC, its log as `options` say.
absl::Status PrepareAgentProcess(const AgentOptions& options) {
  // Before a key is read and before threads start.
  const absl::Status hardened = HardenProcess();
  log::Configure(options.json_log ? log::Format::kJson : log::Format::kText,
                 LevelOf(options.log_level));
  if (!hardened.ok()) {
    log::Warning("the process is not hardened in full", {{"reason", hardened.message()}});
  }
  FLEETCA_RETURN_IF_ERROR(RaiseDescriptorLimit().status());
  FLEETCA_RETURN_IF_ERROR(PrepareGrpc());
  RouteLibraryLog();
  return absl::OkStatus();
}

// Whether a signal waits that ends a process, and is not to be ignored, as by nohup.
bool IsStopWaiting() {
  sigset_t waiting;
  sigemptyset(&waiting);
  sigpending(&waiting);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    struct sigaction effect = {};
    sigaction(signal, nullptr, &effect);
    if (sigismember(&waiting, signal) == 1 && effect.sa_handler != SIG_IGN) {
      return true;
    }
  }
  return false;
}

// An error where no agent runs any more.
absl::Status ReadAgain(const std::string& config, RunningAgent* agent) {
  absl::StatusOr<AgentOptions> options = LoadAgentConfig(config);
  const absl::Status taken = options.ok() ? agent->Reload(*std::move(options)) : options.status();
  if (taken.ok()) {
    log::Info("the configuration was read again, and is in force", {{"file", config}});
  } else {
    log::Error("the configuration was read again, and is not in force; the one before stays",
               {{"file", config}, {"why", taken.message()}});
  }
  return agent->runs() ? absl::OkStatus() : taken;
}

absl::Status Serve(const AgentFlags& flags) {
  Signals signals;
  FLEETCA_ASSIGN_OR_RETURN(AgentOptions options, LoadAgentConfig(flags.config));
  FLEETCA_RETURN_IF_ERROR(PrepareAgentProcess(options));
  FLEETCA_ASSIGN_OR_RETURN(RunningAgent agent, RunningAgent::Start(std::move(options)));
  absl::Status reloaded;
  const absl::string_view signal = signals.WaitForStop([&] {
    reloaded = ReadAgain(flags.config, &agent);
    if (!reloaded.ok()) {
      std::raise(SIGTERM);  // it waits until it is asked for, as any other
    }
  });
  log::Info("stopping", {{"signal", signal}});
  // Whoever does not hear of it sees the end of the process.
  NotifySystemd("STOPPING=1").IgnoreError();
  return reloaded;
}

absl::Status Once(const AgentFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(AgentOptions options, LoadAgentConfig(flags.config));
  return RunAgentOnce(std::move(options),
                      ParseDurationFlag(flags.timeout).value_or(absl::Minutes(5)));
}

}  // namespace

absl::Status RunAgentOnce(AgentOptions options, absl::Duration patience) {
  // A signal that ends the process waits for the agent to end the hooks that run, which are in
  // groups of their own and would go on. The first process of a container heeds none otherwise.
  const Signals signals;
  FLEETCA_RETURN_IF_ERROR(PrepareAgentProcess(options));
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<Agent> agent, Agent::Create(std::move(options)));
  FLEETCA_RETURN_IF_ERROR(agent->Start());
  return agent->AwaitSettled(patience, IsStopWaiting);
}

void AddAgentCommand(CLI::App& app, int* exit_code) {
  CLI::App* command =
      app.add_subcommand("agent", "Keep the certificates of this host fresh, and hand them out");
  auto flags = std::make_shared<AgentFlags>();
  command->require_subcommand(0, 1);
  command->add_option("--config", flags->config, "The configuration; - is standard input")
      ->type_name("FILE");
  CLI::Option* const once = command->add_flag(
      "--once", flags->once, "End once all certificates are there and all hooks have worked");
  command->add_option("--timeout", flags->timeout, "How long --once waits for that")
      ->type_name("TIME")
      ->check(CheckDurationFlag, "")
      ->needs(once)
      ->capture_default_str();
  command
      ->add_flag("--check", flags->check,
                 "Read the configuration, say what would be done, and do nothing")
      ->excludes(once);
  AddTextOrJsonFlag(*command, &flags->form)
      ->description("The form of --check and of the error with which it ends: text or json");
  command->footer(kExamples);
  AddAgentStatusCommand(*command, exit_code);
  AddAgentEnrollCommand(*command, exit_code);
  command->callback([command, flags, exit_code] {
    if (!command->get_subcommands().empty()) {
      return;
    }
    *exit_code = flags->config.empty()
                     ? ReportUsageError("--config is required: what the agent is to do")
                     : ReportStatus(flags->check  ? Check(*flags)
                                    : flags->once ? Once(*flags)
                                                  : Serve(*flags));
  });
}

}  // namespace fleetca::client
