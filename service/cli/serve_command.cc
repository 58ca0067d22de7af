#include "service/cli/serve_command.h"

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/exit_status.h"
#include "base/log.h"
#include "base/process_hardening.h"
#include "base/public_key_decoding.h"
#include "base/ready_file.h"
#include "base/session_resumption.h"
#include "base/signals.h"
#include "base/standard_output.h"
#include "base/status_macros.h"
#include "base/systemd_notify.h"
#include "base/throughput_scheduling.h"
#include "service/cli/output_form.h"
#include "service/cli/readiness.h"
#include "service/config/server_config.h"
#include "service/server/server.h"

namespace fleetca::service {
namespace {

constexpr char kExamples[] = R"(
Logs go to standard error. SIGTERM or SIGINT drains: no new calls, everything accepted is answered,
then exit 0. A second one ends at once. SIGHUP reads the policy file again and logs what changed; a
file that is not right leaves the policy as it is, and the log says why. The bootstrap port is served
by a second process, which this one starts, starts again when it ends, and takes along when it stops.

Examples:
  fleetca serve --config ca/fleetca.textproto --print-config
  fleetca serve --config ca/fleetca.textproto & server=$!
  fleetca bundle get --dir ca --out roots.pem                      # waits for the server
  fleetca policy apply --dir ca                                    # or: systemctl reload fleetca
)";

struct ServeFlags {
  std::string config;
  std::string ready_file;
  bool print_config = false;
  bool new_store = false;
  bool allow_expired = false;
  // Of the configuration that is printed. The form of errors is the whole process's.
  std::string form = "text";
};

void WarnUnlessOk(absl::string_view event, const absl::Status& status) {
  if (!status.ok()) {
    log::Warning(event, {{"reason", status.message()}});
  }
}

absl::Status AnnounceReady(const ServeFlags& flags, const Server& server) {
  WarnUnlessOk("systemd was not told", NotifySystemd("READY=1"));
  return flags.ready_file.empty()
             ? absl::OkStatus()
             : WriteReadyFile(flags.ready_file, server.port(), server.bootstrap_port());
}

absl::Status Serve(const ServeFlags& flags) {
  // Before a key is read and before threads start.
  const absl::Status hardened = HardenProcess();
  const absl::Status scheduled = ScheduleForThroughput();
  const absl::Status not_resumed = DisableTlsSessionResumption();
  const absl::Status decoded = DecodeEcKeysWithoutSearch();
  Signals signals;
  FLEETCA_ASSIGN_OR_RETURN(ServerConfig config, LoadServerConfig(flags.config));
  config.store.new_store = flags.new_store;
  log::Configure(config.log_format, config.log_level);
  WarnUnlessOk("the process is not hardened in full", hardened);
  WarnUnlessOk("threads preempt each other", scheduled);
  WarnUnlessOk("TLS sessions are resumed", not_resumed);
  WarnUnlessOk("decoders are searched for the keys of certificates", decoded);
  if (!flags.ready_file.empty()) {
    FLEETCA_RETURN_IF_ERROR(RemoveReadyLines(flags.ready_file));
  }
  FLEETCA_ASSIGN_OR_RETURN(
      const std::unique_ptr<Server> server,
      Server::Start(config, {.expired_certificate_is_taken = flags.allow_expired}));
  FLEETCA_RETURN_IF_ERROR(AnnounceReady(flags, *server));
  // What went wrong is in the log.
  const absl::string_view signal =
      signals.WaitForStop([&server] { server->ReloadPolicy().IgnoreError(); });
  log::Info("stopping", {{"signal", signal}});
  WarnUnlessOk("systemd was not told", NotifySystemd("STOPPING=1"));
  if (!flags.ready_file.empty()) {
    WarnUnlessOk("the ready file stays", RemoveReadyLines(flags.ready_file));
  }
  return server->Drain();
}

absl::Status PrintConfig(const ServeFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const ServerConfig config, LoadServerConfig(flags.config));
  return WriteStandardOutput(flags.form == "json" ? ServerConfigToJson(config)
                                                  : ServerConfigToText(config));
}

}  // namespace

void AddServeCommand(CLI::App& app, int* exit_code) {
  CLI::App* serve = app.add_subcommand("serve", "Run the CA's server");
  auto flags = std::make_shared<ServeFlags>();
  serve->add_option("--config", flags->config, "The configuration; - is standard input")
      ->type_name("FILE")
      ->required();
  serve
      ->add_option("--ready-file", flags->ready_file,
                   "Where to write the port once the server answers, and the bootstrap port on a "
                   "second line, for scripts")
      ->type_name("FILE");
  serve->add_flag("--print-config", flags->print_config,
                  "Write the configuration in force, defaults included, and do not serve");
  serve->add_flag("--new-store", flags->new_store,
                  "This CA has had no store yet: make one, though store.head_file is missing");
  serve->add_flag("--allow-expired-certificate", flags->allow_expired,
                  "Start although the server's certificate has expired and nobody connects: its "
                  "files are watched, and a new pair is taken");
  AddFormFlag(*serve, &flags->form)
      ->description(
          "The form of --print-config, and of the error with which it ends; logs are as "
          "logging.format of the configuration says");
  serve->footer(kExamples);
  serve->callback([flags, exit_code] {
    *exit_code = ReportStatus(flags->print_config ? PrintConfig(*flags) : Serve(*flags));
  });
}

}  // namespace fleetca::service
