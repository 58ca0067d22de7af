#include "base/child_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iterator>

#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/descriptor.h"
#include "base/errors.h"

extern char** environ;

namespace fleetca {
namespace {

// Where libraries, roots, time zones and sanitizers' options are. Secrets that someone put in the
// environment are none of the child's business.
constexpr absl::string_view kPassedOn[] = {
    "PATH=",
    "LANG=",
    "LC_ALL=",
    "TZ=",
    "LD_LIBRARY_PATH=",
    "TMPDIR=",
    "SSL_CERT_DIR=",
    "http_proxy=",
    "SSL_CERT_FILE=",
    "https_proxy=",
    "HTTPS_PROXY=",
    "no_proxy=",
    "NO_PROXY=",
    "ASAN_OPTIONS=",
    "UBSAN_OPTIONS=",
    "TSAN_OPTIONS=",
    "LSAN_OPTIONS=",
};

std::vector<char*> Environment() {
  std::vector<char*> kept;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    if (std::any_of(std::begin(kPassedOn), std::end(kPassedOn),
                    [entry](absl::string_view name) { return absl::StartsWith(*entry, name); })) {
      kept.push_back(*entry);
    }
  }
  kept.push_back(nullptr);
  return kept;
}

absl::Status CannotStart(absl::string_view program, int error) {
  return FailedPrecondition(
      Reason::kInternal,
      absl::StrCat("The process ", program, " could not be started: ", std::strerror(error),
                   "; see that the system lets this user have more processes and memory"));
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
  int Prepare(absl::Span<const Descriptor> descriptors, const Descriptor& output) {
    sigset_t blocked;
    sigemptyset(&blocked);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
      sigaddset(&blocked, signal);
    }
    sigset_t all;
    sigfillset(&all);
    int error = posix_spawnattr_setsigmask(&attributes_, &blocked);
    if (error == 0) {
      error = posix_spawnattr_setsigdefault(&attributes_, &all);
    }
    if (error == 0) {
      error =
          posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO}) {
      if (error == 0) {
        error = posix_spawn_file_actions_addopen(&actions_, standard, "/dev/null", O_RDWR, 0);
      }
    }
    for (const int standard : {STDOUT_FILENO, STDERR_FILENO}) {
      if (error == 0 && output.valid()) {
        error = posix_spawn_file_actions_adddup2(&actions_, output.get(), standard);
      }
    }
    for (size_t i = 0; i < descriptors.size() && error == 0; ++i) {
      error = posix_spawn_file_actions_adddup2(&actions_, descriptors[i].get(),
                                               kFirstGivenDescriptor + static_cast<int>(i));
    }
    if (error == 0) {
      error = posix_spawn_file_actions_addclosefrom_np(
          &actions_, kFirstGivenDescriptor + static_cast<int>(descriptors.size()));
    }
    return error;
  }

  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

std::string Describe(const siginfo_t& end) {
  if (end.si_code == CLD_EXITED) {
    return absl::StrCat("exit status ", end.si_status);
  }
  return absl::StrCat("signal ", end.si_status, " (", strsignal(end.si_status), ")");
}

}  // namespace

absl::StatusOr<std::unique_ptr<ChildProcess>> ChildProcess::Start(
    const std::string& program, const std::vector<std::string>& arguments,
    absl::Span<const int> descriptors, int output) {
  // Copies above those that the child gets, so that no dup2 overwrites the source of another.
  const int above = kFirstGivenDescriptor + static_cast<int>(descriptors.size());
  std::vector<Descriptor> copies;
  for (const int descriptor : descriptors) {
    copies.emplace_back(fcntl(descriptor, F_DUPFD_CLOEXEC, above));
    if (!copies.back().valid()) {
      return CannotStart(program, errno);
    }
  }
  const Descriptor output_copy(output < 0 ? -1 : fcntl(output, F_DUPFD_CLOEXEC, above));
  if (output >= 0 && !output_copy.valid()) {
    return CannotStart(program, errno);
  }
  SpawnPlan plan;
  if (const int error = plan.Prepare(copies, output_copy); error != 0) {
    return CannotStart(program, error);
  }
  std::string name = "fleetca";
  std::vector<std::string> texts = arguments;
  std::vector<char*> argv = {name.data()};
  for (std::string& text : texts) {
    argv.push_back(text.data());
  }
  argv.push_back(nullptr);
  std::vector<char*> environment = Environment();
  pid_t pid = 0;
  if (const int error = posix_spawn(&pid, program.c_str(), plan.actions(), plan.attributes(),
                                    argv.data(), environment.data());
      error != 0) {
    return CannotStart(program, error);
  }
  return absl::WrapUnique(new ChildProcess(pid));
}

ChildProcess::~ChildProcess() {
  Signal(SIGKILL);
  Wait();
}

std::string ChildProcess::Wait() {
  {
    absl::MutexLock lock(&mutex_);
    if (reaped_) {
      return "";
    }
  }
  siginfo_t end = {};
  // The child is reaped under the lock alone: until then no other process has its number.
  while (waitid(P_PID, pid_, &end, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
  }
  absl::MutexLock lock(&mutex_);
  while (waitid(P_PID, pid_, &end, WEXITED) != 0 && errno == EINTR) {
  }
  reaped_ = true;
  return Describe(end);
}

void ChildProcess::Signal(int signal) {
  absl::MutexLock lock(&mutex_);
  if (!reaped_) {
    kill(pid_, signal);
  }
}

}  // namespace fleetca
