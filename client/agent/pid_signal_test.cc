#include "client/agent/pid_signal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::testing::HasSubstr;

constexpr absl::StatusCode kFailed = absl::StatusCode::kFailedPrecondition;

// Services are shells: $F is the folder.
class PidSignalTest : public ::testing::Test {
 protected:
  ~PidSignalTest() override {
    for (const pid_t pid : started_) {
      kill(-pid, SIGKILL);
      waitpid(pid, nullptr, 0);
    }
  }

  pid_t Start(const std::string& script) {
    const pid_t pid = fork();
    if (pid == 0) {
      setpgid(0, 0);
      setenv("F", folder_.path().c_str(), 1);
      execl("/bin/sh", "sh", "-c", script.c_str(), nullptr);
      _exit(127);
    }
    setpgid(pid, pid);
    started_.push_back(pid);
    return pid;
  }

  // Starts it, and waits until it has made the file "ready".
  pid_t StartReady(const std::string& script) {
    const pid_t pid = Start(script);
    for (int i = 0; i < 500 && Contents("ready").empty(); ++i) {
      absl::SleepFor(absl::Milliseconds(20));
    }
    EXPECT_NE(Contents("ready"), "");
    return pid;
  }

  absl::Status Signal(int signal = SIGHUP, absl::Duration timeout = absl::Seconds(20),
                      absl::Time changed_at = absl::Now()) const {
    return SignalByPidFile({.what = "signal it",
                            .pid_file = Path("pid"),
                            .signal = signal,
                            .changed_at = changed_at,
                            .timeout = timeout});
  }

  void WritePid(pid_t pid) const {
    FLEETCA_EXPECT_OK(WriteFileAtomic(Path("pid"), absl::StrCat(pid, "\n"), 0644));
  }

  std::string Path(absl::string_view name) const { return absl::StrCat(folder_.path(), "/", name); }

  std::string Contents(absl::string_view name) const { return ReadFile(Path(name)).value_or(""); }

  static bool IsAlive(pid_t pid) { return waitpid(pid, nullptr, WNOHANG) == 0; }

  // Older than what is still allowed to be without a handler.
  static void WaitUntilGrownUp() { absl::SleepFor(absl::Milliseconds(2100)); }

  const fleetca::testing::TemporaryFolder folder_;
  std::vector<pid_t> started_;
};

constexpr char kReloads[] =
    "trap 'echo hup >> $F/signals' HUP; echo $$ > $F/pid; echo > $F/ready;"
    "while :; do sleep 0.05; done";

TEST_F(PidSignalTest, AServiceThatReloadsInPlaceIsSignalledOnce) {
  const pid_t pid = StartReady(kReloads);
  FLEETCA_EXPECT_OK(Signal());
  EXPECT_EQ(Contents("signals"), "hup\n");
  EXPECT_TRUE(IsAlive(pid));
}

TEST_F(PidSignalTest, WhoHasNoUseForTheSignalDoesNotGetIt) {
  const pid_t ignores = StartReady("trap '' HUP; echo > $F/ready; exec sleep 1000");
  WritePid(ignores);
  EXPECT_THAT(std::string(Signal().message()), HasSubstr("ignores the signal"));
  const pid_t would_end = Start("exec sleep 1000");
  WaitUntilGrownUp();
  WritePid(would_end);
  const absl::Status status = Signal();
  EXPECT_THAT(status, IsError(kFailed, Reason::kConfigInvalid));
  EXPECT_THAT(std::string(status.message()), HasSubstr("would be ended by the signal"));
  EXPECT_TRUE(IsAlive(would_end));
}

TEST_F(PidSignalTest, WhoStartedAfterTheChangeNeedsNoSignal) {
  const absl::Time changed_at = absl::Now();
  absl::SleepFor(absl::Milliseconds(200));
  const pid_t pid = Start("exec sleep 1000");
  WritePid(pid);
  FLEETCA_EXPECT_OK(Signal(SIGHUP, absl::Seconds(20), changed_at));
  EXPECT_TRUE(IsAlive(pid));
}

TEST_F(PidSignalTest, WhoHasJustStartedGetsTheTimeToCatchIt) {
  Start(
      "echo $$ > $F/pid; sleep 0.7; trap 'echo hup >> $F/signals' HUP; echo > $F/ready;"
      "while :; do sleep 0.05; done");
  while (Contents("pid").empty()) {
    absl::SleepFor(absl::Milliseconds(10));
  }
  FLEETCA_EXPECT_OK(Signal());
  EXPECT_EQ(Contents("signals"), "hup\n");
}

TEST_F(PidSignalTest, AServiceThatEndsOnTheSignalIsWaitedForUntilItIsBack) {
  StartReady(
      "while :; do sh -c 'echo $$ > $F/pid; echo > $F/ready; exec sleep 1000';"
      "rm $F/pid; sleep 0.3; done");
  WaitUntilGrownUp();
  const std::string before = Contents("pid");
  FLEETCA_EXPECT_OK(Signal(SIGTERM));
  EXPECT_NE(Contents("pid"), before);
  EXPECT_NE(Contents("pid"), "");
}

// The one that is on its way out takes the signal; the one that follows has read the old files.
TEST_F(PidSignalTest, TheSuccessorInARestartIsSignalledToo) {
  Start(
      "trap 'echo hup >> $F/signals' HUP; while [ ! -e $F/over ]; do sleep 0.02; done;"
      "echo $$ > $F/pid; while :; do sleep 0.05; done");
  StartReady(
      "trap 'echo old >> $F/signals; echo > $F/over; sleep 0.1; exit 0' HUP;"
      "echo $$ > $F/pid; echo > $F/ready; while :; do sleep 0.02; done");
  FLEETCA_EXPECT_OK(Signal());
  EXPECT_EQ(Contents("signals"), "old\nhup\n");
}

TEST_F(PidSignalTest, AProcessThatDoesNotTakeItIsSaid) {
  const pid_t pid = StartReady(kReloads);
  ASSERT_EQ(kill(-pid, SIGSTOP), 0);
  int stopped = 0;
  ASSERT_EQ(waitpid(pid, &stopped, WUNTRACED), pid);
  const absl::Status status = Signal(SIGHUP, absl::Milliseconds(300));
  EXPECT_THAT(status, IsError(absl::StatusCode::kDeadlineExceeded, Reason::kDeadlineExceeded));
  EXPECT_THAT(std::string(status.message()), HasSubstr("has not taken the signal after 300ms"));
}

TEST_F(PidSignalTest, AnotherProcessThatHasTheNumberNowGetsNoSignal) {
  const pid_t pid = StartReady(kReloads);
  WritePid(pid);
  const timespec long_ago[] = {absl::ToTimespec(absl::Now() - absl::Hours(1)),
                               absl::ToTimespec(absl::Now() - absl::Hours(1))};
  ASSERT_EQ(utimensat(AT_FDCWD, Path("pid").c_str(), long_ago, 0), 0);
  const absl::Status status = Signal();
  EXPECT_THAT(status, IsError(kFailed, Reason::kFileInvalid));
  EXPECT_THAT(std::string(status.message()), HasSubstr("is another one than the service"));
  absl::SleepFor(absl::Milliseconds(200));
  EXPECT_EQ(Contents("signals"), "");
}

TEST_F(PidSignalTest, NoFileAndNoProcessAreErrors) {
  EXPECT_THAT(Signal(SIGHUP, absl::Milliseconds(100)), IsError(kFailed, Reason::kFileMissing));
  const pid_t pid = Start("exit 0");
  ASSERT_EQ(waitpid(pid, nullptr, 0), pid);
  started_.clear();
  WritePid(pid);
  const absl::Status status = Signal(SIGHUP, absl::Milliseconds(100));
  EXPECT_THAT(status, IsError(kFailed, Reason::kFileInvalid));
  EXPECT_THAT(std::string(status.message()), HasSubstr("no process has the number"));
  FLEETCA_ASSERT_OK(WriteFileAtomic(Path("pid"), "-1\n", 0644));
  EXPECT_THAT(Signal(), IsError(kFailed, Reason::kFileInvalid));
}

}  // namespace
}  // namespace fleetca::client
