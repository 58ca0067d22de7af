#include "deploy/quickstart/trial_server.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/child_process.h"
#include "base/descriptor.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/file.h"
#include "base/file_status.h"
#include "base/status_macros.h"
#include "base/steady_time.h"
#include "deploy/quickstart/own_command.h"

namespace fleetca::quickstart {
namespace {

constexpr absl::Duration kMostToStart = absl::Minutes(2);
constexpr absl::Duration kMostToStop = absl::Seconds(40);
constexpr absl::Duration kMostToWriteNumber = absl::Seconds(2);
constexpr absl::Duration kBetweenLooks = absl::Milliseconds(10);
constexpr mode_t kFileMode = 0600;
constexpr size_t kShownOfLog = 2000;

absl::StatusOr<Descriptor> OpenPidFile(const TrialFolder& folder) {
  Descriptor file(
      open(folder.pid_file().c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kFileMode));
  return file.valid() ? absl::StatusOr<Descriptor>(std::move(file))
                      : FileError("open", folder.pid_file(), errno);
}

// True when it was free, and is locked now until the last copy of the descriptor is closed.
bool Lock(const Descriptor& file) { return flock(file.get(), LOCK_EX | LOCK_NB) == 0; }

// The end of the log, of whole lines.
std::string EndOfLog(const TrialFolder& folder, ServerPlace place) {
  if (place == ServerPlace::kForeground) {
    return "its log is above";
  }
  const absl::StatusOr<std::string> log = ReadFile(folder.log());
  if (!log.ok() || log->empty()) {
    return "it wrote no log";
  }
  const size_t from = log->size() > kShownOfLog ? log->find('\n', log->size() - kShownOfLog) : 0;
  return absl::StrCat("the end of ", folder.log(), " is:\n",
                      log->substr(from == std::string::npos ? 0 : from));
}

// What the child needs between fork and exec, made before: no memory is to be had there.
struct ServerPlan {
  std::string config;
  std::string ready_file;
  int pid_file = -1;
  int log = -1;  // -1: standard error stays
  pid_t parent = 0;
};

// The child's number is in the file before the server runs, and the lock goes along with it: at no
// moment does a server run that the next command does not find.
[[noreturn]] void BecomeServer(const ServerPlan& plan, const char* const* arguments) {
  char digits[16];
  char* const end = std::to_chars(digits, digits + sizeof(digits) - 1, getpid()).ptr;
  *end = '\n';
  const ssize_t size = end - digits + 1;
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  bool done = write(plan.pid_file, digits, static_cast<size_t>(size)) == size && null >= 0 &&
              dup2(null, STDIN_FILENO) >= 0;
  if (plan.log >= 0) {
    done = done && setsid() >= 0 && dup2(null, STDOUT_FILENO) >= 0 &&
           dup2(plan.log, STDERR_FILENO) >= 0;
  } else {
    done = done && dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 &&
           prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == plan.parent;
  }
  // Whoever waits for the end of a pipe that this process was given does not wait for the server.
  done = done && dup2(plan.pid_file, kFirstGivenDescriptor) >= 0 &&
         fcntl(kFirstGivenDescriptor, F_SETFD, 0) == 0;
  if (done) {
    closefrom(kFirstGivenDescriptor + 1);
    execv(kThisProgram, const_cast<char* const*>(arguments));
  }
  _exit(kExitFailed);
}

absl::StatusOr<pid_t> Spawn(const ServerPlan& plan) {
  const char* const arguments[] = {
      "fleetca", "serve", "--config", plan.config.c_str(), "--ready-file", plan.ready_file.c_str(),
      nullptr};
  const pid_t pid = fork();
  if (pid == 0) {
    BecomeServer(plan, arguments);
  }
  if (pid < 0) {
    return FailedPrecondition(
        Reason::kInternal,
        absl::StrCat("the server could not be started: ", std::strerror(errno),
                     "; see that the system lets this user have more processes and memory"));
  }
  return pid;
}

// Whether the process is 'fleetca serve' with this folder's configuration, as Spawn starts it.
bool IsServerOf(const TrialFolder& folder, pid_t pid) {
  const absl::StatusOr<std::string> line = ReadFile(absl::StrCat("/proc/", pid, "/cmdline"));
  if (!line.ok()) {
    return false;
  }
  const std::vector<std::string> words = absl::StrSplit(*line, '\0');
  std::error_code error;
  return words.size() > 3 && words[1] == "serve" && words[2] == "--config" &&
         std::filesystem::equivalent(words[3], folder.config(), error);
}

bool HasEnded(pid_t pid) { return waitpid(pid, nullptr, WNOHANG) == pid; }

absl::Status AwaitReady(const TrialFolder& folder, ServerPlace place, pid_t pid) {
  const absl::Time deadline = SteadyTime() + kMostToStart;
  while (access(folder.ready_file().c_str(), F_OK) != 0) {
    if (HasEnded(pid)) {
      return FailedPrecondition(Reason::kConfigInvalid, absl::StrCat("the server did not start: ",
                                                                     EndOfLog(folder, place)));
    }
    if (SteadyTime() > deadline) {
      kill(pid, SIGKILL);
      waitpid(pid, nullptr, 0);
      return FailedPrecondition(
          Reason::kConfigInvalid,
          absl::StrCat("the server did not answer within ", absl::FormatDuration(kMostToStart),
                       " and was ended: ", EndOfLog(folder, place)));
    }
    absl::SleepFor(kBetweenLooks);
  }
  return absl::OkStatus();
}

volatile sig_atomic_t server_to_tell = 0;

void PassOn(int signal) { kill(server_to_tell, signal); }

}  // namespace

absl::StatusOr<pid_t> RunningServer(const TrialFolder& folder) {
  FLEETCA_ASSIGN_OR_RETURN(const Descriptor file, OpenPidFile(folder));
  // A process that was started a moment ago writes its number now, or is the server in a moment.
  int pid = 0;
  const absl::Time deadline = SteadyTime() + kMostToWriteNumber;
  do {
    if (Lock(file)) {
      return 0;
    }
    FLEETCA_ASSIGN_OR_RETURN(const std::string text, ReadFile(folder.pid_file()));
    if (absl::SimpleAtoi(text, &pid) && pid > 1 && IsServerOf(folder, pid)) {
      return pid;
    }
    absl::SleepFor(kBetweenLooks);
  } while (SteadyTime() < deadline);
  return FailedPrecondition(
      Reason::kFileInvalid,
      absl::StrCat(folder.pid_file(),
                   " does not name the server of this trial, although a process has it locked; "
                   "find that process and end it: ",
                   ShellText({"fuser", folder.pid_file()})));
}

absl::StatusOr<pid_t> StartServer(const TrialFolder& folder, ServerPlace place) {
  FLEETCA_ASSIGN_OR_RETURN(const Descriptor pid_file, OpenPidFile(folder));
  if (!Lock(pid_file)) {
    return FailedPrecondition(Reason::kFileInvalid,
                              absl::StrCat("a server runs in ", folder.path, " already"));
  }
  Descriptor log;
  if (place == ServerPlace::kBackground) {
    log.Reset(open(folder.log().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
                   kFileMode));
    if (!log.valid()) {
      return FileError("open", folder.log(), errno);
    }
  }
  // What they say is of a server that was killed.
  if (ftruncate(pid_file.get(), 0) != 0) {
    return FileError("empty", folder.pid_file(), errno);
  }
  if (unlink(folder.ready_file().c_str()) != 0 && errno != ENOENT) {
    return FileError("remove", folder.ready_file(), errno);
  }
  FLEETCA_ASSIGN_OR_RETURN(const pid_t pid,
                           Spawn({.config = std::filesystem::absolute(folder.config()),
                                  .ready_file = folder.ready_file(),
                                  .pid_file = pid_file.get(),
                                  .log = log.get(),
                                  .parent = getpid()}));
  FLEETCA_RETURN_IF_ERROR(AwaitReady(folder, place, pid));
  return pid;
}

absl::Status StopServer(const TrialFolder& folder, pid_t pid) {
  FLEETCA_ASSIGN_OR_RETURN(const Descriptor file, OpenPidFile(folder));
  // One that has ended since is what was wanted.
  if (kill(pid, SIGTERM) != 0 && errno != ESRCH) {
    return FailedPrecondition(Reason::kFilePermissions,
                              absl::StrCat("the server, process ", pid,
                                           ", could not be told to stop: ", std::strerror(errno),
                                           "; stop it as the user who started it"));
  }
  for (const absl::Time deadline = SteadyTime() + kMostToStop; !Lock(file);
       absl::SleepFor(kBetweenLooks)) {
    if (SteadyTime() > deadline) {
      return Unavailable(Reason::kFileInvalid,
                         absl::StrCat("the server, process ", pid,
                                      ", was told to stop and still answers what it "
                                      "had accepted; see ",
                                      folder.log(), ", or end it: kill -9 ", pid));
    }
  }
  return absl::OkStatus();
}

void PassSignalsOn(pid_t pid) {
  server_to_tell = pid;
  std::signal(SIGINT, SIG_IGN);
  struct sigaction pass_on = {};
  pass_on.sa_handler = PassOn;
  for (const int signal : {SIGTERM, SIGHUP}) {
    sigaction(signal, &pass_on, nullptr);
  }
}

int AwaitServer(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : kExitFailed;
}

}  // namespace fleetca::quickstart
