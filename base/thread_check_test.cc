#include "base/thread_check.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/strings/match.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca {
namespace {

TEST(ThreadCheckTest, FindsThreadsWhereThereAreSome) {
  FLEETCA_EXPECT_OK(CheckThreadsCanStart(0));
  FLEETCA_EXPECT_OK(CheckThreadsCanStart(8));
}

// In a child of its own, as limits and users are the whole process's.
int CheckWithoutThreadsLeft() {
  // Root is above the limit on processes.
  if (geteuid() == 0 && setuid(65534) != 0) {
    return 2;
  }
  const rlimit none = {0, 0};
  if (setrlimit(RLIMIT_NPROC, &none) != 0) {
    return 3;
  }
  const absl::Status status = CheckThreadsCanStart(8);
  return status.code() == absl::StatusCode::kUnavailable &&
                 GetReason(status) == Reason::kInternal &&
                 absl::StartsWith(status.message(), "This needs 8 threads or more: Cannot start")
             ? 0
             : 1;
}

TEST(ThreadCheckTest, SaysThatThereAreNone) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    _exit(CheckWithoutThreadsLeft());
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace fleetca
