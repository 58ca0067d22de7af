// The programs that this process runs, and what they leave behind.
#ifndef FLEETCA_CLIENT_AGENT_OWN_PROGRAMS_H_
#define FLEETCA_CLIENT_AGENT_OWN_PROGRAMS_H_

#include <sys/types.h>

#include <set>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/synchronization/mutex.h"

namespace fleetca::client {

// Who runs a program waits for it by its number, and nobody else may take its end. One for the
// process, whose children of other kinds it knows nothing of. Thread-safe.
class OwnPrograms {
 public:
  static OwnPrograms& OfProcess();

  // Calls `spawn`, which gives 0 and the number of a new process, or an errno, and returns that.
  int Start(absl::FunctionRef<int(pid_t* pid)> spawn, pid_t* pid) ABSL_LOCKS_EXCLUDED(mutex_);
  // It was waited for.
  void Ended(pid_t pid) ABSL_LOCKS_EXCLUDED(mutex_);
  // Nobody waits for it any more, though it runs, as another user's that cannot be killed.
  void Leave(pid_t pid) ABSL_LOCKS_EXCLUDED(mutex_);

  // Takes the end of programs that were left, so that the kernel forgets them.
  void ReapLeft() ABSL_LOCKS_EXCLUDED(mutex_);

  // Takes the end of every process that nobody waits for: those whose parent ended before them are
  // children of the first process of a container. For a process all of whose children are of
  // Start. How many there were.
  int ReapOrphans() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::Mutex mutex_;
  std::set<pid_t> running_ ABSL_GUARDED_BY(mutex_);
  std::set<pid_t> left_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_OWN_PROGRAMS_H_
