#include "client/cli/new_key_file.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <string>

#include "base/errors.h"
#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;

class NewKeyFileTest : public ::testing::Test {
 protected:
  // What a process says that makes the key, does `work`, and is ended by `signal`.
  std::string Interrupt(int signal, const std::function<void()>& work) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      dup2(ends[1], STDERR_FILENO);
      const auto key = NewKeyFile::Write(path_, "key");
      work();
      kill(getpid(), signal);
      _exit(key.ok() ? 0 : 1);
    }
    close(ends[1]);
    std::string said;
    char some[1024];
    for (ssize_t count; (count = read(ends[0], some, sizeof(some))) > 0;) {
      said.append(some, static_cast<size_t>(count));
    }
    close(ends[0]);
    EXPECT_EQ(waitpid(child, &result_, 0), child);
    return said;
  }

  bool Exists() const { return access(path_.c_str(), F_OK) == 0; }
  // The child ended as the signal ends a program.
  bool EndedBy(int signal) const { return WIFSIGNALED(result_) && WTERMSIG(result_) == signal; }

  static absl::Status Refused() {
    return Unavailable(Reason::kServerUnreachable, "cannot reach the CA: connection refused");
  }

  const fleetca::testing::TemporaryFolder folder_;
  const std::string path_ = folder_.path() + "/new.key";
  int result_ = 0;
};

TEST_F(NewKeyFileTest, GoesWithWhoIsInterruptedBeforeAnythingIsAsked) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    EXPECT_THAT(Interrupt(signal, [] {}), HasSubstr("the new key is gone again from " + path_));
    EXPECT_TRUE(EndedBy(signal));
    EXPECT_FALSE(Exists());
  }
}

TEST_F(NewKeyFileTest, GoesWhileNothingListens) {
  Interrupt(SIGINT, [] {
    NewKeyFile::BeforeAttempt();
    NewKeyFile::AfterFailure(Refused());
  });
  EXPECT_TRUE(EndedBy(SIGINT));
  EXPECT_FALSE(Exists());
}

TEST_F(NewKeyFileTest, StaysOnceARequestMayHaveGoneOut) {
  const std::string said = Interrupt(SIGTERM, [] {
    NewKeyFile::BeforeAttempt();
    NewKeyFile::AfterFailure(absl::DeadlineExceededError("no answer"));
    NewKeyFile::BeforeAttempt();
    NewKeyFile::AfterFailure(Refused());
  });
  EXPECT_THAT(said, HasSubstr("its new key stays in " + path_));
  EXPECT_TRUE(EndedBy(SIGTERM));
  EXPECT_TRUE(Exists());
}

TEST_F(NewKeyFileTest, AnIgnoredSignalStaysIgnored) {
  const auto before = std::signal(SIGHUP, SIG_IGN);
  EXPECT_EQ(Interrupt(SIGHUP, [] {}), "");
  std::signal(SIGHUP, before);
  EXPECT_TRUE(WIFEXITED(result_));
  EXPECT_TRUE(Exists());
}

TEST_F(NewKeyFileTest, IsOneThatOnlyItsOwnerReadsAndTakesNothingsPlace) {
  {
    const auto key = NewKeyFile::Write(path_, "key");
    ASSERT_TRUE(key.ok()) << key.status();
  }
  struct stat found;
  ASSERT_EQ(stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0600u);
  const absl::Status again = NewKeyFile::Write(path_, "another").status();
  EXPECT_EQ(again.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(again.message()), HasSubstr("move it away or name another"));
  EXPECT_EQ(*ReadFile(path_), "key");
  struct sigaction now = {};
  sigaction(SIGINT, nullptr, &now);
  EXPECT_EQ(now.sa_handler, SIG_DFL);
}

}  // namespace
}  // namespace fleetca::client
