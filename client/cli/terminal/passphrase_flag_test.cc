#include "client/cli/terminal/passphrase_flag.h"

#include <pty.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include <cstdio>
#include <functional>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/testing/in_child.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kControlC[] = "\x03";
constexpr char kControlD[] = "\x04";
constexpr char kControlZ[] = "\x1a";

PassphraseFlag Flag(const std::string& file = "") { return {"--passphrase-file", file}; }

// A person at a terminal, in which `body` runs as a process of its own.
class Session {
 public:
  explicit Session(const std::function<int()>& body) {
    EXPECT_EQ(openpty(&person_, &terminal_, nullptr, nullptr, nullptr), 0);
    child_ = fork();
    if (child_ == 0) {
      close(person_);
      login_tty(terminal_);
      _exit(body());
    }
  }
  ~Session() {
    close(person_);
    close(terminal_);
  }

  // What is on the screen once `text` stands there for the `count`th time.
  void WaitFor(const std::string& text, int count = 1) {
    while (Count(text) < count) {
      char c;
      ASSERT_EQ(read(person_, &c, 1), 1) << screen_;
      screen_.push_back(c);
    }
  }
  void Type(const std::string& keys) {
    EXPECT_EQ(write(person_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }
  bool Echoes() const {
    struct termios settings;
    EXPECT_EQ(tcgetattr(terminal_, &settings), 0);
    return (settings.c_lflag & ECHO) != 0;
  }
  // How the process ended, as of waitpid(2).
  int Wait() {
    int status = -1;
    EXPECT_EQ(waitpid(child_, &status, 0), child_);
    return status;
  }
  const std::string& screen() const { return screen_; }

 private:
  int Count(const std::string& text) const {
    int count = 0;
    for (size_t at = screen_.find(text); at != std::string::npos;
         at = screen_.find(text, at + text.size())) {
      ++count;
    }
    return count;
  }

  int person_ = -1;
  int terminal_ = -1;
  pid_t child_ = -1;
  std::string screen_;
};

bool Exited(int status, int code) { return WIFEXITED(status) && WEXITSTATUS(status) == code; }

// 0 for `expected`; otherwise what there is instead goes to the terminal.
int Compare(const absl::StatusOr<SecretBytes>& passphrase, absl::string_view expected) {
  if (!passphrase.ok()) {
    std::fprintf(stderr, "%s\n", passphrase.status().ToString().c_str());
    return 1;
  }
  return passphrase->view() == expected ? 0 : 2;
}

// 0 for a refusal with the reason and a sentence that has `words` in it.
int CompareRefusal(const absl::StatusOr<SecretBytes>& passphrase, absl::string_view words) {
  return GetReason(passphrase.status()) == Reason::kPassphraseInvalid &&
                 passphrase.status().message().find(words) != absl::string_view::npos
             ? 0
             : 3;
}

TEST(PassphraseFlagTest, IsTypedWithoutBeingShown) {
  Session session([] { return Compare(ReadPassphrase(Flag(), "web.key"), "correct horse"); });
  session.WaitFor("Passphrase of web.key: ");
  EXPECT_FALSE(session.Echoes());
  session.Type("correct horse\n");
  EXPECT_TRUE(Exited(session.Wait(), 0));
  EXPECT_TRUE(session.Echoes());
  session.WaitFor("\n");
  EXPECT_THAT(session.screen(), Not(HasSubstr("horse")));
}

TEST(PassphraseFlagTest, ControlCEndsTheProcessAndTheTerminalShowsWhatIsTypedAgain) {
  Session session([] { return Compare(ReadPassphrase(Flag(), "web.key"), "never"); });
  session.WaitFor("Passphrase of web.key: ");
  EXPECT_FALSE(session.Echoes());
  session.Type(kControlC);
  const int status = session.Wait();
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT) << status;
  EXPECT_TRUE(session.Echoes());
}

TEST(PassphraseFlagTest, TheTerminalIsAsItWasAfterAnySignalThatEndsTheProcess) {
  for (const int signal : {SIGTERM, SIGHUP, SIGQUIT}) {
    int reported[2];
    ASSERT_EQ(pipe(reported), 0);
    Session session([&reported] {
      const pid_t self = getpid();
      EXPECT_EQ(write(reported[1], &self, sizeof(self)), static_cast<ssize_t>(sizeof(self)));
      return Compare(ReadPassphrase(Flag(), "web.key"), "never");
    });
    pid_t child = -1;
    ASSERT_EQ(read(reported[0], &child, sizeof(child)), static_cast<ssize_t>(sizeof(child)));
    close(reported[0]);
    close(reported[1]);
    session.WaitFor("Passphrase of web.key: ");
    ASSERT_EQ(kill(child, signal), 0);
    const int status = session.Wait();
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == signal) << status;
    EXPECT_TRUE(session.Echoes());
  }
}

// The process leads its session, so that nobody could let it go on and the system does not stop it:
// what is seen is how it goes on.
TEST(PassphraseFlagTest, AfterAStopItIsAskedForFromTheStart) {
  Session session([] { return Compare(ReadPassphrase(Flag(), "web.key"), "whole"); });
  session.WaitFor("Passphrase of web.key: ");
  session.Type(absl::StrCat("ha", kControlZ));
  session.WaitFor("Passphrase of web.key: ", 2);
  EXPECT_FALSE(session.Echoes());
  session.Type("whole\n");
  EXPECT_TRUE(Exited(session.Wait(), 0));
}

TEST(PassphraseFlagTest, OneThatIsEmptyIsRefused) {
  for (const char* const keys : {"\n", kControlD}) {
    Session session(
        [] { return CompareRefusal(ReadPassphrase(Flag(), "web.key"), "No passphrase"); });
    session.WaitFor("Passphrase of web.key: ");
    session.Type(keys);
    EXPECT_TRUE(Exited(session.Wait(), 0));
    EXPECT_TRUE(session.Echoes());
  }
}

TEST(PassphraseFlagTest, ANewOneIsAskedForUntilItWasTypedTwice) {
  Session session([] { return Compare(ReadNewPassphrase(Flag(), "web.key"), "second"); });
  session.WaitFor("New passphrase of web.key: ");
  session.Type("first\n");
  session.WaitFor("The same again: ");
  session.Type("fisrt\n");
  session.WaitFor("differ");
  session.WaitFor("New passphrase of web.key: ", 2);
  session.Type("second\n");
  session.WaitFor("The same again: ", 2);
  session.Type("second\n");
  EXPECT_TRUE(Exited(session.Wait(), 0));
  EXPECT_TRUE(session.Echoes());
}

TEST(PassphraseFlagTest, ANewOneIsAskedForThreeTimesAtMost) {
  Session session(
      [] { return CompareRefusal(ReadNewPassphrase(Flag(), "web.key"), "3 attempts"); });
  for (int attempt = 1; attempt <= 3; ++attempt) {
    session.WaitFor("New passphrase of web.key: ", attempt);
    session.Type("\n");
    session.WaitFor("is empty", attempt);
  }
  EXPECT_TRUE(Exited(session.Wait(), 0));
}

TEST(PassphraseFlagTest, CtrlDEndsTheQuestions) {
  Session session(
      [] { return CompareRefusal(ReadNewPassphrase(Flag(), "web.key"), "nothing was written"); });
  session.WaitFor("New passphrase of web.key: ");
  session.Type("\x04");
  EXPECT_TRUE(Exited(session.Wait(), 0));
  EXPECT_THAT(session.screen(), Not(HasSubstr("is empty")));
}

TEST(PassphraseFlagTest, WithoutATerminalTheFlagIsNamed) {
  EXPECT_EQ(testing::InChild([] {
              setsid();
              CHILD_EXPECT(!CanReadPassphrase(Flag()));
              CHILD_EXPECT(CanReadPassphrase(Flag("some.file")));
              CHILD_EXPECT(
                  CompareRefusal(ReadPassphrase(Flag(), "web.key"), "--passphrase-file FILE") == 0);
              CHILD_EXPECT(CompareRefusal(ReadNewPassphrase(Flag(), "web.key"),
                                          "--passphrase-file FILE") == 0);
              return 0;
            }),
            0);
}

class PassphraseFileTest : public ::testing::Test {
 protected:
  std::string Write(absl::string_view contents, mode_t mode = 0600) {
    std::string path = absl::StrCat(folder_.path(), "/passphrase");
    EXPECT_TRUE(WriteFileAtomic(path, contents, mode).ok());
    return path;
  }

  testing::TemporaryFolder folder_;
};

TEST_F(PassphraseFileTest, IsTheFirstLine) {
  for (const char* const contents : {"two words", "two words\n", "two words\r\n",
                                     "two words\nanother line\n", "\xef\xbb\xbftwo words\r\n"}) {
    const auto passphrase = ReadPassphrase(Flag(Write(contents)), "web.key");
    ASSERT_TRUE(passphrase.ok()) << passphrase.status();
    EXPECT_EQ(passphrase->view(), "two words") << contents;
  }
  const auto blanks = ReadNewPassphrase(Flag(Write(" two words \n")), "web.key");
  ASSERT_TRUE(blanks.ok()) << blanks.status();
  EXPECT_EQ(blanks->view(), " two words ") << "a blank is a character of it";
}

TEST_F(PassphraseFileTest, MayBeAPipeOfAShell) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "secret\nmore", 11), 11);
  close(ends[1]);
  const PassphraseFlag flag = Flag(absl::StrCat("/dev/fd/", ends[0]));
  const auto read = ReadPassphrase(flag, "web.key");
  close(ends[0]);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->view(), "secret");
}

TEST_F(PassphraseFileTest, OfSomethingThatIsThereMayBeEmpty) {
  const PassphraseFlag flag = Flag(Write("\n"));
  const auto read = PassphraseQuestion(flag, "web.key").Ask();
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(read->empty());
}

TEST_F(PassphraseFileTest, ThatIsEmptyIsRefused) {
  for (const char* const contents : {"", "\n", "\r\n", "\nsecond line\n"}) {
    EXPECT_EQ(CompareRefusal(ReadPassphrase(Flag(Write(contents)), "web.key"), "is empty"), 0)
        << contents;
  }
}

TEST_F(PassphraseFileTest, WithANulIsRefused) {
  const std::string with_nul("ab\0cd\n", 6);
  for (const auto& passphrase : {ReadPassphrase(Flag(Write(with_nul)), "web.key"),
                                 ReadNewPassphrase(Flag(Write(with_nul)), "web.key")}) {
    EXPECT_EQ(CompareRefusal(passphrase, "has a NUL octet in it"), 0) << passphrase.status();
  }
}

TEST_F(PassphraseFileTest, ThatOthersMayReadIsRefused) {
  const auto passphrase = ReadPassphrase(Flag(Write("secret", 0644)), "web.key");
  EXPECT_EQ(GetReason(passphrase.status()), Reason::kFilePermissions) << passphrase.status();
}

TEST_F(PassphraseFileTest, InUtf16IsRefusedWithoutBeingShown) {
  const std::string utf16("\xff\xfes\0e\0c\0", 8);
  const auto passphrase = ReadPassphrase(Flag(Write(utf16)), "web.key");
  EXPECT_EQ(CompareRefusal(passphrase, "UTF-16"), 0) << passphrase.status();
}

// It would be shown while it is typed.
TEST(PassphraseFlagTest, StandardInputThatIsATerminalIsRefused) {
  Session session(
      [] { return CompareRefusal(ReadPassphrase(Flag("-"), "web.key"), "is a terminal"); });
  EXPECT_TRUE(Exited(session.Wait(), 0));
}

}  // namespace
}  // namespace fleetca::client
