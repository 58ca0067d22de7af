#include "client/cli/terminal/hidden_input.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "base/descriptor.h"
#include "base/steady_time.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

// A process of its own that asks at a terminal of its own, which this process looks at.
class HiddenInputTest : public ::testing::Test {
 protected:
  HiddenInputTest() : watcher_(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    EXPECT_EQ(grantpt(watcher_.get()), 0);
    EXPECT_EQ(unlockpt(watcher_.get()), 0);
    const std::string name = ptsname(watcher_.get());
    // Held open, so that what it is set to stays.
    terminal_.Reset(open(name.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
    asker_ = fork();
    if (asker_ == 0) {
      AskAt(name);
    }
  }
  ~HiddenInputTest() override {
    kill(asker_, SIGKILL);
    waitpid(asker_, nullptr, 0);
  }

  bool Echoes() const {
    struct termios settings = {};
    return tcgetattr(terminal_.get(), &settings) == 0 && (settings.c_lflag & ECHO) != 0;
  }
  [[nodiscard]] bool AwaitHidden() const {
    const absl::Time deadline = SteadyTime() + absl::Seconds(30);
    while (Echoes() && SteadyTime() < deadline) {
      absl::SleepFor(absl::Milliseconds(5));
    }
    return !Echoes();
  }
  // The status of the process that asked, as waitpid has it.
  int Await() {
    int status = 0;
    EXPECT_EQ(waitpid(asker_, &status, 0), asker_);
    return status;
  }

  Descriptor watcher_;
  Descriptor terminal_;
  pid_t asker_ = -1;

 private:
  // Ends with 0 when "battery" was typed.
  [[noreturn]] static void AskAt(const std::string& terminal) {
    const struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    setsid();
    const int controlling = open(terminal.c_str(), O_RDWR);
    ioctl(controlling, TIOCSCTTY, 0);
    absl::StatusOr<std::unique_ptr<HiddenInput>> input = HiddenInput::Open();
    if (!input.ok()) {
      _exit(2);
    }
    const absl::StatusOr<SecretBytes> line = (*input)->Ask("Passphrase: ");
    const bool right = line.ok() && line->view() == "battery";
    input->reset();
    _exit(right ? 0 : 1);
  }
};

TEST_F(HiddenInputTest, ALineIsReadWithoutEcho) {
  ASSERT_TRUE(AwaitHidden());
  ASSERT_EQ(write(watcher_.get(), "battery\n", 8), 8);
  EXPECT_EQ(Await(), 0);
  EXPECT_TRUE(Echoes());
}

class HiddenInputSignalTest : public HiddenInputTest, public ::testing::WithParamInterface<int> {};

TEST_P(HiddenInputSignalTest, ASignalThatEndsTheProcessLeavesTheEchoOn) {
  ASSERT_TRUE(AwaitHidden());
  ASSERT_EQ(kill(asker_, GetParam()), 0);
  const int status = Await();
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), GetParam());
  EXPECT_TRUE(Echoes());
}

INSTANTIATE_TEST_SUITE_P(Signals, HiddenInputSignalTest,
                         ::testing::Values(SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGALRM, SIGVTALRM,
                                           SIGPROF, SIGUSR1, SIGUSR2, SIGPIPE, SIGXCPU, SIGXFSZ,
                                           SIGPOLL, SIGPWR, SIGSTKFLT));

}  // namespace
}  // namespace fleetca::client
