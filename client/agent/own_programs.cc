#include "client/agent/own_programs.h"

#include <sys/wait.h>

namespace fleetca::client {

OwnPrograms& OwnPrograms::OfProcess() {
  static OwnPrograms* const programs = new OwnPrograms();
  return *programs;
}

// Under the lock, so that a program which ends at once is not taken for an orphan.
int OwnPrograms::Start(absl::FunctionRef<int(pid_t* pid)> spawn, pid_t* pid) {
  const absl::MutexLock lock(&mutex_);
  const int error = spawn(pid);
  if (error == 0) {
    running_.insert(*pid);
  }
  return error;
}

void OwnPrograms::Ended(pid_t pid) {
  const absl::MutexLock lock(&mutex_);
  running_.erase(pid);
}

void OwnPrograms::Leave(pid_t pid) {
  const absl::MutexLock lock(&mutex_);
  running_.erase(pid);
  left_.insert(pid);
}

void OwnPrograms::ReapLeft() {
  const absl::MutexLock lock(&mutex_);
  std::erase_if(left_, [](pid_t pid) { return waitpid(pid, nullptr, WNOHANG) != 0; });
}

int OwnPrograms::ReapOrphans() {
  const absl::MutexLock lock(&mutex_);
  int reaped = 0;
  while (true) {
    siginfo_t end = {};
    // The kernel shows the same one until it is taken, so one of ours that is about to be waited
    // for ends the round; the others come in the next.
    if (waitid(P_ALL, 0, &end, WEXITED | WNOHANG | WNOWAIT) != 0 || end.si_pid == 0 ||
        running_.count(end.si_pid) != 0) {
      return reaped;
    }
    waitpid(end.si_pid, nullptr, WNOHANG);
    left_.erase(end.si_pid);
    ++reaped;
  }
}

}  // namespace fleetca::client
