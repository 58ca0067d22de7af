// A process to which the system gives no threads, for tests.
#ifndef FLEETCA_BASE_TESTING_NO_THREADS_LEFT_H_
#define FLEETCA_BASE_TESTING_NO_THREADS_LEFT_H_

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/functional/function_ref.h"

namespace fleetca::testing {

// What `body` returns when no thread can be started; false when there is no such process. It runs
// in a child of its own, as limits and users are the whole process's.
inline bool WithoutThreadsLeft(absl::FunctionRef<bool()> body) {
  const pid_t child = fork();
  if (child == 0) {
    const rlimit none = {0, 0};
    // Root is above the limit on processes.
    const bool bounded =
        (geteuid() != 0 || setuid(65534) == 0) && setrlimit(RLIMIT_NPROC, &none) == 0;
    _exit(bounded && body() ? 0 : 1);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace fleetca::testing

#endif  // FLEETCA_BASE_TESTING_NO_THREADS_LEFT_H_
