#include "base/child_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "base/descriptor.h"
#include "base/errors.h"
#include "tests/testing/status_matchers.h"

namespace fleetca {
namespace {

// Runs a script of sh; what it writes to descriptor 3 is the result, and `end` how it ended.
std::string RunScript(const std::string& script, std::string* end) {
  int ends[2];
  EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const Descriptor reading(ends[0]);
  Descriptor writing(ends[1]);
  auto child = ChildProcess::Start("/bin/sh", {"-c", script}, {writing.get()});
  EXPECT_THAT(child, testing::IsOk());
  writing.Reset();
  std::string written;
  char buffer[4096];
  for (ssize_t got = 0; (got = read(reading.get(), buffer, sizeof(buffer))) > 0;) {
    written.append(buffer, static_cast<size_t>(got));
  }
  *end = (*child)->Wait();
  return written;
}

TEST(ChildProcessTest, HasWhatItIsGivenAndNothingElse) {
  setenv("FLEETCA_TEST_SECRET", "in the environment", 1);
  // Not closed by exec: the child must not have it all the same.
  const Descriptor secret(open("/etc/passwd", O_RDONLY));
  ASSERT_TRUE(secret.valid());
  std::string end;
  const std::string written = RunScript("ls -l /proc/$$/fd >&3; env >&3", &end);
  EXPECT_EQ(end, "exit status 0");
  EXPECT_NE(written.find(" 0 -> /dev/null"), std::string::npos) << written;
  EXPECT_NE(written.find(" 3 -> pipe:"), std::string::npos) << written;
  EXPECT_EQ(written.find("/etc/passwd"), std::string::npos) << written;
  EXPECT_EQ(written.find("FLEETCA_TEST_SECRET"), std::string::npos) << written;
}

TEST(ChildProcessTest, DescriptorsComeInTheirOrderWhateverTheirNumbers) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const Descriptor ours(ends[0]);
  // The lowest numbers are those that the child gets, in the other order.
  std::vector<int> given = {ends[1], dup(ends[1])};
  std::swap(given[0], given[1]);
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const auto child,
      ChildProcess::Start("/bin/sh", {"-c", "echo three >&3; echo four >&4"}, given));
  EXPECT_EQ(child->Wait(), "exit status 0");
  char buffer[64] = {};
  std::string read_back;
  while (read_back.size() < 11) {
    const ssize_t got = read(ours.get(), buffer, sizeof(buffer));
    ASSERT_GT(got, 0);
    read_back.append(buffer, static_cast<size_t>(got));
  }
  EXPECT_EQ(read_back, "three\nfour\n");
  for (const int fd : given) {
    close(fd);
  }
}

TEST(ChildProcessTest, SaysHowItEnded) {
  std::string end;
  RunScript("exit 3", &end);
  EXPECT_EQ(end, "exit status 3");
  RunScript("kill -9 $$", &end);
  EXPECT_EQ(end, "signal 9 (Killed)");
}

TEST(ChildProcessTest, AnotherThreadMaySignalIt) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto child, ChildProcess::Start("/bin/sleep", {"600"}, {}));
  std::thread killer([&child] { child->Signal(SIGKILL); });
  EXPECT_EQ(child->Wait(), "signal 9 (Killed)");
  killer.join();
  child->Signal(SIGKILL);  // reaches nobody
  EXPECT_EQ(child->Wait(), "");
}

TEST(ChildProcessTest, IsGoneWithItsOwner) {
  pid_t pid = 0;
  {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const auto child, ChildProcess::Start("/bin/sleep", {"600"}, {}));
    pid = child->pid();
    EXPECT_EQ(kill(pid, 0), 0);
  }
  EXPECT_EQ(kill(pid, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST(ChildProcessTest, AProgramThatIsNotThereIsAnError) {
  EXPECT_THAT(ChildProcess::Start("/nonexistent/program", {}, {}).status(),
              testing::IsError(absl::StatusCode::kFailedPrecondition, Reason::kInternal));
}

}  // namespace
}  // namespace fleetca
