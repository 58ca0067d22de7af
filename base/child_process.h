// A program that runs beside this one and has nothing of it but what it is given.
#ifndef FLEETCA_BASE_CHILD_PROCESS_H_
#define FLEETCA_BASE_CHILD_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"

namespace fleetca {

// The first descriptor that a child is given; the others follow.
inline constexpr int kFirstGivenDescriptor = 3;

// The program that runs, of whatever file it came: an upgrade that replaced the file on disk does
// not mix two releases.
inline constexpr char kThisProgram[] = "/proc/self/exe";

// One run of a program. Thread-safe, but that one thread waits for its end.
class ChildProcess {
 public:
  // Runs `program` with these arguments (the program's own name is added) and of this process's
  // environment what says where libraries, time zones and root certificates are, and no more.
  // descriptors[i] becomes descriptor kFirstGivenDescriptor + i; standard error is this process's,
  // standard input and output are /dev/null, and every other descriptor is closed. The signals
  // SIGTERM, SIGINT and SIGHUP are blocked until the program says otherwise. Where `output` is
  // given, standard output and standard error are both that descriptor. FAILED_PRECONDITION
  // kInternal when the system cannot start it.
  //
  // A program that asks for a signal at its parent's death (PR_SET_PDEATHSIG) gets it when the
  // thread that calls this ends, not only when the process does.
  static absl::StatusOr<std::unique_ptr<ChildProcess>> Start(
      const std::string& program, const std::vector<std::string>& arguments,
      absl::Span<const int> descriptors, int output = -1);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  // Kills it, where it still runs.
  ~ChildProcess();

  pid_t pid() const { return pid_; }

  // Returns when the program has ended, and how: "exit status 1", "signal 9 (Killed)".
  std::string Wait() ABSL_LOCKS_EXCLUDED(mutex_);

  // A program that has ended gets no signal, and neither does another program that has its number
  // since.
  void Signal(int signal) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  explicit ChildProcess(pid_t pid) : pid_(pid) {}

  const pid_t pid_;
  absl::Mutex mutex_;
  bool reaped_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace fleetca

#endif  // FLEETCA_BASE_CHILD_PROCESS_H_
