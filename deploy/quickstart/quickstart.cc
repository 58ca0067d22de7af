#include "deploy/quickstart/quickstart.h"

#include <unistd.h>

#include <cerrno>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/file_status.h"
#include "base/status_macros.h"
#include "client/cli/ca_folder.h"
#include "client/cli/pending_request.h"
#include "deploy/quickstart/own_command.h"
#include "deploy/quickstart/trial_certificate.h"
#include "deploy/quickstart/trial_port.h"

namespace fleetca::quickstart {
namespace {

constexpr char kDomain[] = "fleet.example";

bool IsThere(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

std::vector<std::string> IssueArguments(const std::string& folder, absl::string_view name,
                                        const std::string& key, const std::string& certificate) {
  return {"cert",      "issue",     "--dir",
          folder,      "--profile", "service",
          "--new-key", "p256",      "--key-out",
          key,         "--name",    absl::StrCat("URI:spiffe://", kDomain, "/svc/", name),
          "--out",     certificate};
}

absl::Status IssueCertificate(const TrialFolder& folder, const std::string& address) {
  std::vector<std::string> arguments =
      IssueArguments(folder.ca(), "web", folder.key(), folder.certificate());
  // What FLEETCA_SERVER says is another server. What is in the files' places is no usable pair.
  arguments.insert(arguments.end(), {"--server", address, "--force"});
  return RunOwnCommand(arguments);
}

// What an interrupted run asked for it asked of the CA that was there before, or at its old
// address, where no other run may ask.
absl::Status ForgetRequest(const TrialFolder& folder) {
  const std::string kept = client::PendingPathFor(folder.key());
  return unlink(kept.c_str()) == 0 || errno == ENOENT ? absl::OkStatus()
                                                      : FileError("remove", kept, errno);
}

// The address to which the server will listen, in the configuration of the CA that is made where
// there is none.
absl::Status PrepareCa(const StartOptions& options, Trial* trial) {
  const TrialFolder& folder = options.folder;
  std::string before;
  if (IsThere(folder.config())) {
    FLEETCA_ASSIGN_OR_RETURN(before, client::ServerAddressOf(folder.ca()));
  }
  const uint16_t usual = before.empty() ? kUsualPort : PortOf(before);
  const uint16_t wanted = options.port != 0 ? options.port : usual;
  FLEETCA_ASSIGN_OR_RETURN(const uint16_t port, FreePort(wanted));
  trial->taken_port = port == wanted ? uint16_t{0} : wanted;
  trial->address = LoopbackAddress(port);
  if (before == trial->address) {
    return absl::OkStatus();
  }
  FLEETCA_RETURN_IF_ERROR(ForgetRequest(folder));
  if (before.empty()) {
    trial->made_ca = true;
    return RunOwnCommand({"ca", "init", "--dir", folder.ca(), "--trust-domain", kDomain, "--listen",
                          trial->address});
  }
  return ChangeAddress(folder.config(), before, trial->address);
}

absl::Status KeepServer(const StartOptions& options, Trial* trial) {
  if (options.place == ServerPlace::kForeground) {
    return FailedPrecondition(
        Reason::kConfigInvalid,
        absl::StrCat("the server runs in the background already, as process ", trial->pid,
                     "; stop it first: ",
                     CommandText({"quickstart", "--stop", "--dir", options.folder.path})));
  }
  FLEETCA_ASSIGN_OR_RETURN(trial->address, client::ServerAddressOf(options.folder.ca()));
  return options.port == 0 || options.port == PortOf(trial->address)
             ? absl::OkStatus()
             : FailedPrecondition(
                   Reason::kConfigInvalid,
                   absl::StrCat(
                       "the server runs at ", trial->address, " already; stop it first: ",
                       CommandText({"quickstart", "--stop", "--dir", options.folder.path})));
}

absl::Status EnsureServer(const StartOptions& options, Trial* trial) {
  FLEETCA_ASSIGN_OR_RETURN(trial->pid, RunningServer(options.folder));
  if (trial->pid != 0) {
    return KeepServer(options, trial);
  }
  FLEETCA_RETURN_IF_ERROR(PrepareCa(options, trial));
  FLEETCA_ASSIGN_OR_RETURN(trial->pid, StartServer(options.folder, options.place));
  trial->started_server = true;
  return absl::OkStatus();
}

std::vector<std::string> NextCommands(const TrialFolder& folder) {
  return {CommandText({"cert", "inspect", folder.certificate()}),
          CommandText(
              IssueArguments(folder.ca(), "db", folder.path + "/db.key", folder.path + "/db.crt")),
          CommandText({"quickstart", "--stop", "--dir", folder.path})};
}

}  // namespace

absl::StatusOr<Trial> Start(const StartOptions& options) {
  FLEETCA_ASSIGN_OR_RETURN(const Descriptor lock, OpenTrialFolder(options.folder));
  Trial trial;
  FLEETCA_RETURN_IF_ERROR(EnsureServer(options, &trial));
  if (!HasUsableCertificate(options.folder, Clock::System().Now())) {
    FLEETCA_RETURN_IF_ERROR(IssueCertificate(options.folder, trial.address));
    trial.issued = true;
  }
  trial.next = NextCommands(options.folder);
  return trial;
}

absl::StatusOr<Stopped> Stop(const TrialFolder& folder) {
  FLEETCA_ASSIGN_OR_RETURN(const Descriptor lock, OpenTrialFolderThatIsThere(folder));
  Stopped stopped;
  FLEETCA_ASSIGN_OR_RETURN(stopped.pid, RunningServer(folder));
  if (stopped.pid != 0) {
    FLEETCA_RETURN_IF_ERROR(StopServer(folder, stopped.pid));
  }
  return stopped;
}

}  // namespace fleetca::quickstart
