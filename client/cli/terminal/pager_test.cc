#include "client/cli/terminal/pager.h"

#include <csignal>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "client/cli/terminal/testing/on_terminal.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

constexpr int kRows = 10;

std::string Lines(int count) {
  std::string text;
  for (int i = 1; i <= count; ++i) {
    absl::StrAppend(&text, "line ", i, "\n");
  }
  return text;
}

// What a terminal of kRows shows of `data` with these pagers; nullptr is none said.
std::string ShownBy(const char* fleetca_pager, const char* pager, absl::string_view data,
                    OutputForm form = OutputForm::kText, const char* term = "xterm") {
  return ShownOnTerminal(80, kRows, [&] {
    const ScopedVariable ours("FLEETCA_PAGER", fleetca_pager), everybodys("PAGER", pager),
        less("LESS", nullptr), kind("TERM", term);
    EXPECT_TRUE(Show(form, data).ok());
  });
}

// As `sed s/^/@/` shows it.
std::string Marked(absl::string_view text) {
  return absl::StrCat("@", absl::StrReplaceAll(text.substr(0, text.size() - 1), {{"\n", "\n@"}}),
                      "\n");
}

TEST(PagerTest, ShowsWhatIsLongerThanTheTerminalByThePager) {
  EXPECT_EQ(ShownBy("sed s/^/@/", nullptr, Lines(kRows)), Marked(Lines(kRows)));
  EXPECT_EQ(ShownBy(nullptr, "sed s/^/@/", Lines(kRows)), Marked(Lines(kRows)));
}

TEST(PagerTest, ShowsWhatFitsByItself) {
  EXPECT_EQ(ShownBy("sed s/^/@/", nullptr, Lines(kRows - 1)), Lines(kRows - 1));
}

TEST(PagerTest, CountsLinesAsTheTerminalBreaksThem) {
  const std::string text = std::string(80 * kRows, 'a') + "\n";
  EXPECT_EQ(ShownBy("sed s/^/@/", nullptr, text), Marked(text));
}

TEST(PagerTest, TakesOurVariableBeforeEverybodys) {
  EXPECT_EQ(ShownBy("sed s/^/@/", "sed s/^/-/", Lines(20)), Marked(Lines(20)));
  EXPECT_EQ(ShownBy("", "sed s/^/@/", Lines(20)), Lines(20));
}

TEST(PagerTest, TakesNoneAtItsWord) {
  for (const char* none : {"", " ", "cat"}) {
    EXPECT_EQ(ShownBy(nullptr, none, Lines(20)), Lines(20));
  }
}

TEST(PagerTest, PagesTextAlone) {
  EXPECT_EQ(ShownBy("sed s/^/@/", nullptr, Lines(20), OutputForm::kJson), Lines(20));
  EXPECT_EQ(ShownBy("sed s/^/@/", nullptr, Lines(20), OutputForm::kPem), Lines(20));
}

TEST(PagerTest, PagesNothingOnADumbTerminal) {
  EXPECT_EQ(ShownBy("sed s/^/@/", nullptr, Lines(20), OutputForm::kText, "dumb"), Lines(20));
}

TEST(PagerTest, PagesNothingWhereNoTerminalIs) {
  const ScopedVariable pager("FLEETCA_PAGER", "sed s/^/@/");
  ::testing::internal::CaptureStdout();
  EXPECT_TRUE(ShowText(Lines(20)).ok());
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), Lines(20));
}

TEST(PagerTest, HasAShellForWhatMeansSomethingToIt) {
  EXPECT_EQ(ShownBy("sed 's/^/ @/' | tr -d ' '", nullptr, "a b\n" + Lines(20)),
            Marked(absl::StrReplaceAll("a b\n" + Lines(20), {{" ", ""}})));
}

TEST(PagerTest, HasNoShellForTheRest) {
  EXPECT_EQ(ShownBy("readlink /proc/self/exe", nullptr, Lines(20)), "/usr/bin/readlink\n");
}

TEST(PagerTest, TellsLessToShowColours) {
  EXPECT_EQ(ShownBy("printenv LESS", nullptr, Lines(20)), "FRX\n");
}

TEST(PagerTest, TakesAReaderWhoQuitsForOneWhoHasSeenEnough) {
  const std::string much = Lines(500000);
  EXPECT_EQ(ShownBy("head -n 1", nullptr, much), "line 1\n");
  EXPECT_EQ(ShownBy("false", nullptr, much), "");
}

TEST(PagerTest, LeavesSignalsAsTheyWere) {
  struct sigaction before = {}, after = {};
  sigaction(SIGPIPE, nullptr, &before);
  EXPECT_EQ(ShownBy("head -n 1", nullptr, Lines(20)), "line 1\n");
  sigaction(SIGPIPE, nullptr, &after);
  EXPECT_EQ(after.sa_handler, before.sa_handler);
}

TEST(PagerTest, ShowsAllAndSaysWhyWhereThePagerCannotBeRun) {
  for (const char* pager : {"no-such-pager -x", "no-such-pager | cat; exit 127", "/etc/passwd"}) {
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(ShownBy(pager, nullptr, Lines(20)), Lines(20));
    const std::string said = ::testing::internal::GetCapturedStderr();
    EXPECT_TRUE(absl::StrContains(said, absl::StrCat("\"", pager, "\" of FLEETCA_PAGER"))) << said;
  }
}

TEST(PagerTest, ShowsAllInSilenceWhereNoLessIsInstalled) {
  const ScopedVariable path("PATH", "/nonexistent");
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(ShownBy(nullptr, nullptr, Lines(20)), Lines(20));
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace fleetca::client
