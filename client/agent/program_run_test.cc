#include "client/agent/program_run.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/descriptor.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/testing/in_child.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::HoldsInChild;
using ::fleetca::testing::IsError;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::StatusCode kFailed = absl::StatusCode::kFailedPrecondition;

class ProgramRunTest : public ::testing::Test {
 protected:
  absl::Status Run(std::vector<std::string> arguments,
                   absl::Duration timeout = absl::Seconds(20)) const {
    return RunProgram({.what = "exec it",
                       .arguments = std::move(arguments),
                       .environment = {"FLEETCA_IDENTITY=web", absl::StrCat("F=", folder_.path())},
                       .timeout = timeout});
  }

  absl::Status Shell(const std::string& script, absl::Duration timeout = absl::Seconds(20)) const {
    return Run({"sh", "-c", script}, timeout);
  }

  std::string Path(absl::string_view name) const { return absl::StrCat(folder_.path(), "/", name); }

  std::string Contents(absl::string_view name) const { return ReadFile(Path(name)).value_or(""); }

  // Whether the process whose number the file has is gone within ten seconds.
  bool IsGone(absl::string_view pid_file) const {
    pid_t pid = 0;
    if (!absl::SimpleAtoi(Contents(pid_file), &pid)) {
      ADD_FAILURE() << pid_file;
      return false;
    }
    for (int i = 0; i < 500; ++i) {
      // A zombie that nobody has reaped yet is gone, too.
      const std::string stat = ReadFile(absl::StrCat("/proc/", pid, "/stat")).value_or("");
      if (stat.empty() || stat.find(") Z ") != std::string::npos) {
        return true;
      }
      absl::SleepFor(absl::Milliseconds(20));
    }
    return false;
  }

  const fleetca::testing::TemporaryFolder folder_;
};

TEST_F(ProgramRunTest, AProgramGetsItsArgumentsAsTheyAre) {
  FLEETCA_EXPECT_OK(Run({"sh", "-c", "printf '%s|' \"$@\" > $F/out", "sh", "a b", "$HOME", ";x"}));
  EXPECT_EQ(Contents("out"), "a b|$HOME|;x|");
}

TEST_F(ProgramRunTest, TheEnvironmentIsOurs) {
  setenv("A_SECRET", "hunter2", 1);
  FLEETCA_EXPECT_OK(Run({"/usr/bin/env", "sh", "-c", "env > $F/out"}));
  EXPECT_THAT(Contents("out"), HasSubstr("FLEETCA_IDENTITY=web\n"));
  EXPECT_THAT(Contents("out"), HasSubstr("PATH=/usr/local/sbin:"));
  EXPECT_THAT(Contents("out"), Not(HasSubstr("hunter2")));
}

TEST_F(ProgramRunTest, NothingOfThisProcessIsOpenOrBlocked) {
  const Descriptor open_one(open("/dev/zero", O_RDONLY));
  sigset_t blocked;
  sigset_t before;
  sigfillset(&blocked);
  pthread_sigmask(SIG_SETMASK, &blocked, &before);
  const absl::Status status =
      Shell("ls -l /proc/self/fd > $F/out; cat > $F/in; grep SigBlk /proc/self/status > $F/mask");
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  FLEETCA_EXPECT_OK(status);
  EXPECT_THAT(Contents("out"), Not(HasSubstr("/dev/zero")));
  EXPECT_EQ(Contents("in"), "");
  EXPECT_EQ(Contents("mask"), "SigBlk:\t0000000000000000\n");
}

TEST_F(ProgramRunTest, AFailureSaysHowAndTheLastLine) {
  const absl::Status status = Shell("echo first; echo cannot reload >&2; exit 3");
  EXPECT_THAT(status, IsError(kFailed, Reason::kInternal));
  EXPECT_EQ(status.message(), "exec it ended with exit code 3; its last line: cannot reload");
  EXPECT_EQ(Shell("exit 1").message(), "exec it ended with exit code 1; it wrote nothing");
  EXPECT_THAT(std::string(Shell("kill -SEGV $$").message()),
              HasSubstr("was ended by signal 11 (Segmentation fault)"));
}

TEST_F(ProgramRunTest, MegabytesOfOutputAreReadAndForgotten) {
  const absl::Status status =
      Shell("head -c 20000000 /dev/zero | tr '\\0' 'x'; echo; echo end; exit 1");
  EXPECT_THAT(std::string(status.message()), HasSubstr("its last line: end"));
  EXPECT_LT(status.message().size(), 200u);
}

TEST_F(ProgramRunTest, WhatCannotBeStartedIsNamedWithTheCause) {
  EXPECT_THAT(Run({"/no/such/program"}), IsError(kFailed, Reason::kFileMissing));
  EXPECT_THAT(Run({"no-such-program"}), IsError(kFailed, Reason::kFileMissing));
  FLEETCA_ASSERT_OK(WriteFileAtomic(Path("closed"), "#!/bin/sh\n", 0644));
  EXPECT_THAT(Run({Path("closed")}), IsError(kFailed, Reason::kFilePermissions));
  FLEETCA_ASSERT_OK(WriteFileAtomic(Path("plain"), "echo\n", 0755));
  const absl::Status status = Run({Path("plain")});
  EXPECT_THAT(status, IsError(kFailed, Reason::kFileInvalid));
  EXPECT_THAT(std::string(status.message()), HasSubstr("begin a script with #!"));
}

TEST_F(ProgramRunTest, WhatHangsIsKilledWithAllThatItStarted) {
  const absl::Time begun = absl::Now();
  const absl::Status status =
      Shell("echo waiting; sleep 1000 & echo $! > $F/child; echo $$ > $F/self; wait",
            absl::Milliseconds(300));
  EXPECT_THAT(status, IsError(absl::StatusCode::kDeadlineExceeded, Reason::kDeadlineExceeded));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("had not ended after 300ms, and was killed"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("its last line: waiting"));
  EXPECT_LT(absl::Now() - begun, absl::Seconds(10));
  EXPECT_TRUE(IsGone("child"));
  EXPECT_TRUE(IsGone("self"));
}

TEST_F(ProgramRunTest, WhatHeedsNoTermIsKilledAllTheSame) {
  const absl::Status status = Shell(
      "trap '' TERM; (trap '' TERM; while :; do sleep 1; done) & echo $! > $F/child;"
      "echo $$ > $F/self; while :; do sleep 1; done",
      absl::Milliseconds(300));
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(IsGone("child"));
  EXPECT_TRUE(IsGone("self"));
}

// As `sudo` is, of an agent that is not root.
TEST_F(ProgramRunTest, WhatIsAnotherUsersAndHangsKeepsNobody) {
  constexpr uid_t kNobody = 65534;
  // Where others may go, which a test's own folder need not be.
  std::string folder = "/tmp/program_run_test-XXXXXX";
  const absl::StatusOr<std::string> setpriv = ReadFile("/usr/bin/setpriv");
  if (geteuid() != 0 || !setpriv.ok() || mkdtemp(folder.data()) == nullptr) {
    GTEST_SKIP() << "only root can make such a program";
  }
  const absl::Cleanup remove = [&folder] { std::filesystem::remove_all(folder); };
  const std::string program = folder + "/setpriv";
  FLEETCA_ASSERT_OK(WriteFileAtomic(program, *setpriv, 0755));
  ASSERT_EQ(chmod(program.c_str(), 04755), 0);
  ASSERT_EQ(chmod(folder.c_str(), 0755), 0);
  struct statvfs mounted = {};
  if (statvfs(folder.c_str(), &mounted) != 0 || (mounted.f_flag & ST_NOSUID) != 0) {
    GTEST_SKIP() << "/tmp is mounted without setuid programs";
  }
  const absl::Time begun = absl::Now();
  EXPECT_TRUE(HoldsInChild([&] {
    return setresuid(kNobody, kNobody, kNobody) == 0 &&
           Run({program, "--reuid", "0", "--clear-groups", "sleep", "20"}, absl::Seconds(1))
                   .code() == absl::StatusCode::kDeadlineExceeded;
  }));
  EXPECT_LT(absl::Now() - begun, absl::Seconds(15));
}

TEST_F(ProgramRunTest, WhatItLeavesInTheBackgroundIsNotWaitedFor) {
  const absl::Time begun = absl::Now();
  FLEETCA_EXPECT_OK(Shell("sleep 1000 & echo $! > $F/child; exit 0"));
  EXPECT_LT(absl::Now() - begun, absl::Seconds(10));
  pid_t child = 0;
  ASSERT_TRUE(absl::SimpleAtoi(Contents("child"), &child));
  EXPECT_EQ(kill(child, SIGKILL), 0);
}

}  // namespace
}  // namespace fleetca::client
