#include "client/agent/own_programs.h"

#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/testing/in_child.h"
#include "client/agent/program_run.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

int Shell(const std::string& script, pid_t* pid) {
  std::string words[] = {"sh", "-c", script};
  char* argv[] = {words[0].data(), words[1].data(), words[2].data(), nullptr};
  return posix_spawn(pid, "/bin/sh", nullptr, nullptr, argv, environ);
}

pid_t Started(const std::string& script) {
  pid_t pid = 0;
  EXPECT_EQ(OwnPrograms::OfProcess().Start(
                [&script](pid_t* started) { return Shell(script, started); }, &pid),
            0);
  return pid;
}

// Has it reap until it has taken so many; false after ten seconds.
bool Reaps(int wanted) {
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  for (int reaped = 0; reaped < wanted; absl::SleepFor(absl::Milliseconds(5))) {
    reaped += OwnPrograms::OfProcess().ReapOrphans();
    if (absl::Now() > deadline) {
      return false;
    }
  }
  return true;
}

TEST(OwnProgramsTest, WhatAProgramLeavesBehindIsReapedAndTheProgramIsNot) {
  EXPECT_TRUE(fleetca::testing::HoldsInChild([] {
    // As the first process of a container has it.
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) {
      return false;
    }
    const pid_t pid = Started("(sleep 0.2) & exit 3");
    siginfo_t end = {};
    if (waitid(P_PID, static_cast<id_t>(pid), &end, WEXITED | WNOWAIT) != 0) {
      return false;
    }
    // It has ended, and is there for who waits for it.
    const int nothing = OwnPrograms::OfProcess().ReapOrphans();
    int status = 0;
    const bool waited = waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 3;
    OwnPrograms::OfProcess().Ended(pid);
    return nothing == 0 && waited && Reaps(1);
  }));
}

TEST(OwnProgramsTest, WhoWaitsForAProgramHasItsResultWhileOrphansAreReaped) {
  EXPECT_TRUE(fleetca::testing::HoldsInChild([] {
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) {
      return false;
    }
    std::vector<std::thread> runs;
    std::atomic<int> failed = 0;
    for (int i = 0; i < 4; ++i) {
      runs.emplace_back([&failed] {
        for (int j = 0; j < 10; ++j) {
          failed += RunProgram({.what = "a hook",
                                .arguments = {"/bin/sh", "-c", "(sleep 0.01 >&- 2>&-) & exit 0"},
                                .timeout = absl::Seconds(20)})
                            .ok()
                        ? 0
                        : 1;
        }
      });
    }
    const bool reaped = Reaps(40);
    for (std::thread& run : runs) {
      run.join();
    }
    return reaped && failed == 0;
  }));
}

TEST(OwnProgramsTest, AProgramThatWasLeftIsReapedOnceItHasEnded) {
  EXPECT_TRUE(fleetca::testing::HoldsInChild([] {
    const pid_t pid = Started("exit 0");
    OwnPrograms::OfProcess().Leave(pid);
    for (int i = 0; i < 2000; ++i) {
      OwnPrograms::OfProcess().ReapLeft();
      siginfo_t end = {};
      if (waitid(P_PID, static_cast<id_t>(pid), &end, WEXITED | WNOHANG | WNOWAIT) != 0) {
        return true;  // the kernel has forgotten it
      }
      absl::SleepFor(absl::Milliseconds(5));
    }
    return false;
  }));
}

TEST(OwnProgramsTest, AProgramThatCannotBeStartedIsNoneOfOurs) {
  pid_t pid = 0;
  EXPECT_EQ(OwnPrograms::OfProcess().Start([](pid_t*) { return 2; }, &pid), 2);
}

}  // namespace
}  // namespace fleetca::client
