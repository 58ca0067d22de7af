#include "client/agent/program_run.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/descriptor.h"
#include "base/errors.h"
#include "base/file_status.h"
#include "base/steady_time.h"
#include "client/agent/last_line.h"
#include "client/agent/own_programs.h"
#include "client/agent/process_facts.h"

namespace fleetca::client {
namespace {

constexpr char kPath[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr absl::Duration kGrace = absl::Seconds(2);

// The file to run; the name as it is where no folder has it.
std::string FindProgram(const std::string& name) {
  if (absl::StrContains(name, "/")) {
    return name;
  }
  for (const absl::string_view folder : absl::StrSplit(kPath, ':')) {
    const std::string path = absl::StrCat(folder, "/", name);
    struct stat info;
    if (stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode)) {
      return path;
    }
  }
  return name;
}

// What posix_spawn is told, freed in the end.
class SpawnPlan {
 public:
  SpawnPlan() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }

  // 0 or an errno.
  int Prepare(int output) {
    sigset_t none;
    sigemptyset(&none);
    sigset_t all;
    sigfillset(&all);
    for (const int error :
         {posix_spawnattr_setsigmask(&attributes_, &none),
          posix_spawnattr_setsigdefault(&attributes_, &all),
          posix_spawnattr_setpgroup(&attributes_, 0),
          posix_spawnattr_setflags(
              &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP),
          posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0),
          posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO),
          posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO),
          posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1)}) {
      if (error != 0) {
        return error;
      }
    }
    return 0;
  }

  // 0 or an errno.
  int Spawn(const std::string& program, const ProgramRun& run, pid_t* pid) const {
    std::vector<std::string> texts = run.arguments;
    std::vector<std::string> environment = run.environment;
    environment.push_back(absl::StrCat("PATH=", kPath));
    const auto pointers = [](std::vector<std::string>& strings) {
      std::vector<char*> all;
      for (std::string& text : strings) {
        all.push_back(text.data());
      }
      all.push_back(nullptr);
      return all;
    };
    return posix_spawn(pid, program.c_str(), &actions_, &attributes_, pointers(texts).data(),
                       pointers(environment).data());
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

// A program that runs, the first of its process group. It is reaped in the end and no earlier, so
// that until then its group's number is no other's.
class RunningProgram {
 public:
  RunningProgram(pid_t pid, Descriptor output, const absl::Notification* stop)
      : pid_(pid), handle_(HoldProcess(pid)), output_(std::move(output)), stop_(stop) {}
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;
  ~RunningProgram() {
    if (!HasEnded()) {
      OwnPrograms::OfProcess().Leave(pid_);
      return;
    }
    siginfo_t ignored;
    while (waitid(P_PID, static_cast<id_t>(pid_), &ignored, WEXITED) != 0 && errno == EINTR) {
    }
    OwnPrograms::OfProcess().Ended(pid_);
  }

  // Takes its output until it has ended, or until `deadline` or the stop. False for the latter.
  bool WaitUntil(absl::Time deadline) {
    while (!HasEnded()) {
      const absl::Duration left = deadline - SteadyTime();
      if (left <= absl::ZeroDuration() || stopped()) {
        return false;
      }
      Poll(left);
    }
    TakeOutput();
    return true;
  }

  bool stopped() const { return stop_ != nullptr && stop_->HasBeenNotified(); }
  // From now on it is not stopped, but killed.
  void IgnoreStop() { stop_ = nullptr; }

  // As WaitUntil, and until nothing has its output open any more.
  void WaitForAllUntil(absl::Time deadline) {
    while (!(HasEnded() && !output_.valid()) && SteadyTime() < deadline) {
      Poll(deadline - SteadyTime());
    }
  }

  // It, too, where it has left its group.
  void SignalGroup(int signal) const {
    kill(-pid_, signal);
    kill(pid_, signal);
  }

  pid_t pid() const { return pid_; }

  // After WaitUntil returned true.
  siginfo_t End() const {
    siginfo_t end = {};
    while (waitid(P_PID, static_cast<id_t>(pid_), &end, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
    }
    return end;
  }

  std::string LastWords() const { return last_line_.Text(); }

 private:
  bool HasEnded() const {
    siginfo_t end = {};
    return waitid(P_PID, static_cast<id_t>(pid_), &end, WEXITED | WNOWAIT | WNOHANG) == 0 &&
           end.si_pid == pid_;
  }

  void Poll(absl::Duration most) {
    // Without a handle the end is looked for ten times a second, and so is the stop. One that has
    // ended says so at once, so then the output alone is waited for.
    constexpr absl::Duration kOften = absl::Milliseconds(100);
    pollfd waited[] = {{.fd = output_.get(), .events = POLLIN, .revents = 0},
                       {.fd = HasEnded() ? -1 : handle_.get(), .events = POLLIN, .revents = 0}};
    const absl::Duration wait = handle_.valid() && stop_ == nullptr ? most : std::min(most, kOften);
    // One millisecond more than is left, as it is rounded down.
    poll(waited, std::size(waited), static_cast<int>(absl::ToInt64Milliseconds(wait)) + 1);
    if (waited[0].revents != 0) {
      TakeOutput();
    }
  }

  // What there is now, up to a bound: a program that never stops writing has a timeout all the
  // same.
  void TakeOutput() {
    constexpr int kMostReads = 64;
    char buffer[4096];
    for (int i = 0; i < kMostReads && output_.valid(); ++i) {
      const ssize_t size = read(output_.get(), buffer, sizeof(buffer));
      if (size > 0) {
        last_line_.Append(absl::string_view(buffer, static_cast<size_t>(size)));
      } else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
        output_.Reset();
      } else {
        return;
      }
    }
  }

  const pid_t pid_;
  const Descriptor handle_;
  Descriptor output_;
  const absl::Notification* stop_;
  LastLine last_line_;
};

std::string WithLastWords(const RunningProgram& program) {
  const std::string words = program.LastWords();
  return words.empty() ? "; it wrote nothing" : absl::StrCat("; its last line: ", words);
}

absl::Status ResultOf(const ProgramRun& run, const RunningProgram& program) {
  const siginfo_t end = program.End();
  if (end.si_code == CLD_EXITED && end.si_status == 0) {
    return absl::OkStatus();
  }
  return FailedPrecondition(
      Reason::kInternal,
      end.si_code == CLD_EXITED
          ? absl::StrCat(run.what, " ended with exit code ", end.si_status, WithLastWords(program))
          : absl::StrCat(run.what, " was ended by signal ", end.si_status, " (",
                         strsignal(end.si_status), ")", WithLastWords(program)));
}

absl::Status CannotStart(const ProgramRun& run, const std::string& program, int error) {
  return Annotate(FileError("run", program, error,
                            error == ENOEXEC ? "; begin a script with #! and its interpreter"
                                             : "; correct the hook, or install the program"),
                  run.what);
}

}  // namespace

absl::Status RunProgram(const ProgramRun& run) {
  OwnPrograms::OfProcess().ReapLeft();
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return FailedPrecondition(
        Reason::kInternal, absl::StrCat(run.what, " could not be started: ", std::strerror(errno),
                                        "; let this process open more files"));
  }
  Descriptor read_end(ends[0]);
  Descriptor write_end(ends[1]);
  fcntl(read_end.get(), F_SETFL, O_NONBLOCK);
  const std::string path = FindProgram(run.arguments.front());
  SpawnPlan plan;
  pid_t pid = 0;
  int error = plan.Prepare(write_end.get());
  if (error == 0) {
    error = OwnPrograms::OfProcess().Start(
        [&](pid_t* started) { return plan.Spawn(path, run, started); }, &pid);
  }
  if (error != 0) {
    return CannotStart(run, path, error);
  }
  write_end.Reset();
  RunningProgram program(pid, std::move(read_end), run.stop);
  if (program.WaitUntil(SteadyTime() + run.timeout)) {
    return ResultOf(run, program);
  }
  const std::string why =
      program.stopped() ? " had not ended when the agent stopped"
                        : absl::StrCat(" had not ended after ", absl::FormatDuration(run.timeout));
  program.IgnoreStop();
  program.SignalGroup(SIGTERM);
  program.WaitForAllUntil(SteadyTime() + kGrace);
  program.SignalGroup(SIGKILL);
  const bool killed = program.WaitUntil(SteadyTime() + kGrace);
  return DeadlineExceeded(
      Reason::kDeadlineExceeded,
      absl::StrCat(run.what, why,
                   killed ? ", and was killed with all that it had started"
                          : absl::StrCat(", and process ", program.pid(),
                                         " of it, perhaps another user's, could not be killed"),
                   WithLastWords(program)));
}

}  // namespace fleetca::client
