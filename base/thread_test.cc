#include "base/thread.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca {
namespace {

TEST(ThreadTest, RunsTheBodyUnderItsNameAndIsJoinedAtItsEnd) {
  std::atomic<int> runs = 0;
  std::string name(16, '\0');
  {
    auto thread = Thread::Start("a name that is too long", [&] {
      pthread_getname_np(pthread_self(), name.data(), name.size());
      ++runs;
    });
    FLEETCA_ASSERT_OK(thread.status());
  }
  EXPECT_EQ(runs, 1);
  EXPECT_STREQ(name.c_str(), "a name that is ");
}

TEST(ThreadTest, MovesAndJoinsOnce) {
  std::atomic<int> runs = 0;
  Thread first = *Thread::Start("first", [&runs] { ++runs; });
  Thread second = std::move(first);
  first.Join();
  second.Join();
  EXPECT_EQ(runs, 1);
  second.Join();
  second = *Thread::Start("second", [&runs] { ++runs; });
  second = Thread();  // joins
  EXPECT_EQ(runs, 2);
}

// In a child of its own, as limits and users are the whole process's. Exits with 0 when the thread
// was refused as it should be.
int StartWithoutThreadsLeft() {
  // Root is above the limit on processes.
  if (geteuid() == 0 && setuid(65534) != 0) {
    return 2;
  }
  const rlimit none = {0, 0};
  if (setrlimit(RLIMIT_NPROC, &none) != 0) {
    return 3;
  }
  const absl::StatusOr<Thread> thread = Thread::Start("one too many", [] {});
  return thread.status().code() == absl::StatusCode::kUnavailable &&
                 GetReason(thread.status()) == Reason::kInternal &&
                 absl::StrContains(thread.status().message(), "one too many") &&
                 absl::StrContains(thread.status().message(), "ulimit -u")
             ? 0
             : 1;
}

TEST(ThreadTest, ASystemWithoutThreadsLeftIsASentence) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    _exit(StartWithoutThreadsLeft());
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace fleetca
