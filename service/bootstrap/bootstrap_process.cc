#include "service/bootstrap/bootstrap_process.h"

#include <fcntl.h>
#include <grpcpp/create_channel_posix.h>
#include <grpcpp/grpcpp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "base/descriptor.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/grpc/library_log.h"
#include "base/log.h"
#include "base/process_hardening.h"
#include "base/session_resumption.h"
#include "base/signals.h"
#include "base/status_macros.h"
#include "base/steady_event.h"
#include "base/thread.h"
#include "base/thread_check.h"
#include "base/throughput_scheduling.h"
#include "fleetca/internal/v1/bootstrap_relay.grpc.pb.h"
#include "service/bootstrap/bootstrap_launch.h"
#include "service/bootstrap/bootstrap_server.h"
#include "service/bootstrap/process_bounds.h"
#include "service/bootstrap/process_rights.h"
#include "service/bootstrap/readable_files.h"
#include "service/call/status_to_rpc.h"

namespace fleetca::service {
namespace {

using internal::v1::BootstrapRelayService;
using internal::v1::GetSettingsResponse;

// What a stranger may make a drain wait for.
constexpr absl::Duration kDrainTime = absl::Seconds(2);
constexpr absl::Duration kSettingsInterval = absl::Seconds(2);
constexpr std::chrono::seconds kSettingsDeadline(30);
// What gRPC, libcurl and this process start, with room.
constexpr int kLibraryThreads = 24;

// SIGTERM alone ends the process in order. SIGINT and SIGHUP are for the issuing process: a
// terminal sends them to both.
class StopSignal {
 public:
  StopSignal() {
    for (const int ignored : {SIGINT, SIGHUP}) {
      std::signal(ignored, SIG_IGN);
    }
  }

  void Wait() { signals_.Wait(); }

  // From any thread: has Wait return.
  static void Raise() { kill(getpid(), SIGTERM); }

 private:
  Signals signals_{SIGTERM};
};

// The descriptors that this process was started with.
absl::StatusOr<std::vector<Descriptor>> TakeSockets(int sockets) {
  std::vector<Descriptor> taken;
  for (int i = 0; i < sockets; ++i) {
    const int fd = kFirstSocketDescriptor + i;
    int listening = 0;
    socklen_t size = sizeof(listening);
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening == 0) {
      break;
    }
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    taken.emplace_back(fd);
  }
  if (taken.empty() || taken.size() != static_cast<size_t>(sockets) ||
      fcntl(kRelayDescriptor, F_SETFD, FD_CLOEXEC) != 0) {
    return FailedPrecondition(Reason::kInternal,
                              "This command is `fleetca serve`'s own, which starts it by itself");
  }
  return taken;
}

// The issuing process, as this one sees it.
class IssuingProcess {
 public:
  IssuingProcess() {
    grpc::ChannelArguments arguments;
    // Files of JWK sets may be large.
    arguments.SetMaxReceiveMessageSize(-1);
    stub_ = BootstrapRelayService::NewStub(
        grpc::CreateCustomInsecureChannelFromFd("issuing-process", kRelayDescriptor, arguments));
  }

  BootstrapRelayService::StubInterface& stub() { return *stub_; }

  // `listener` says whether the port takes connections; null before it is served.
  grpc::Status GetSettings(const absl::Status* listener, GetSettingsResponse* settings) {
    internal::v1::GetSettingsRequest request;
    if (listener != nullptr) {
      *request.mutable_listener() = ToRpcStatus(*listener);
    }
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kSettingsDeadline);
    return stub_->GetSettings(&context, request, settings);
  }

  // False when nobody heard it.
  bool Report(const absl::Status& status) {
    internal::v1::ReportStartRequest request;
    *request.mutable_status() = ToRpcStatus(status);
    internal::v1::ReportStartResponse response;
    grpc::ClientContext context;
    return stub_->ReportStart(&context, request, &response).ok();
  }

  static absl::Status Silent() {
    return Unavailable(Reason::kInternal, "The issuing process does not answer");
  }

 private:
  std::unique_ptr<BootstrapRelayService::Stub> stub_;
};

// Tells the issuing process how the port is and asks for new settings, until told to stop. Stops
// the process when nobody answers, or when a file is replaced that it needs.
void KeepAsking(IssuingProcess& issuing_process, BootstrapServer& server, const FilesAtStart& files,
                const absl::Notification& stop, SteadyEvent& stop_set) {
  while (true) {
    stop_set.WaitFor(kSettingsInterval);
    if (stop.HasBeenNotified()) {
      return;
    }
    if (const std::string replaced = files.FindReplaced(); !replaced.empty()) {
      log::Info(
          "The bootstrap port's process ends, to be started again: a file was replaced that "
          "it may not read any more",
          {{"file", replaced}});
      StopSignal::Raise();
      return;
    }
    GetSettingsResponse settings;
    const absl::Status listener = server.CheckListener();
    const grpc::Status status = issuing_process.GetSettings(&listener, &settings);
    if (status.ok()) {
      server.SetTrustBundle(settings.trust_bundle());
    } else if (status.error_code() != grpc::StatusCode::DEADLINE_EXCEEDED) {
      StopSignal::Raise();
      return;
    }
  }
}

// The exit code, or an error that the issuing process was not told.
absl::StatusOr<int> Serve(StopSignal& stop, std::vector<Descriptor> sockets,
                          const FilesAtStart& files, const std::vector<absl::Status>& warnings) {
  IssuingProcess issuing_process;
  GetSettingsResponse settings;
  if (!issuing_process.GetSettings(nullptr, &settings).ok()) {
    return IssuingProcess::Silent();
  }
  log::Configure(settings.json_log() ? log::Format::kJson : log::Format::kText,
                 static_cast<log::Level>(settings.lowest_log_level()));
  for (const absl::Status& warning : warnings) {
    if (!warning.ok()) {
      log::Warning("The bootstrap port's process", {{"reason", warning.message()}});
    }
  }
  auto server = BootstrapServer::Start(settings, issuing_process.stub(), std::move(sockets));
  if (!issuing_process.Report(server.status())) {
    return server.ok() ? IssuingProcess::Silent() : server.status();
  }
  if (!server.ok()) {
    return kExitFailed;
  }
  absl::Notification stopping;
  SteadyEvent stopping_set;  // after `stopping`, whose own timed waits go by the wall clock
  FLEETCA_ASSIGN_OR_RETURN(Thread asking, Thread::Start("settings", [&] {
                             KeepAsking(issuing_process, **server, files, stopping, stopping_set);
                           }));
  stop.Wait();
  (*server)->Stop(absl::Now() + kDrainTime);
  stopping.Notify();
  stopping_set.Set();
  asking.Join();
  return kExitOk;
}

absl::StatusOr<int> Run(int sockets, std::vector<std::string> readable) {
  std::vector<absl::Status> warnings = {BoundThisProcess()};
  // After the bounds: it makes the files in /proc root's.
  warnings.push_back(HardenProcess());
  warnings.push_back(ScheduleForThroughput());
  warnings.push_back(DisableTlsSessionResumption());
  StopSignal stop;
  FLEETCA_ASSIGN_OR_RETURN(std::vector<Descriptor> taken, TakeSockets(sockets));
  // gRPC would abort, or hang, where it cannot start one.
  FLEETCA_RETURN_IF_ERROR(CheckThreadsCanStart(kLibraryThreads));
  // All that opens files at the start has done so, and no thread has started.
  const FilesAtStart files(std::move(readable));
  warnings.push_back(GiveUpRights(files.paths()));
  RouteLibraryLog();
  return Serve(stop, std::move(taken), files, warnings);
}

}  // namespace

int RunBootstrapProcess(int sockets, std::vector<std::string> readable) {
  const absl::StatusOr<int> exit_code = Run(sockets, std::move(readable));
  return exit_code.ok() ? *exit_code : ReportStatus(exit_code.status());
}

}  // namespace fleetca::service
