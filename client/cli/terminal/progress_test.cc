#include "client/cli/terminal/progress.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

TEST(ProgressTest, SaysItInLinesNowAndThenWhereNoTerminalIs) {
  ::testing::internal::CaptureStderr();
  {
    Progress progress(2000, "join tokens");
    progress.Report(10);
    absl::SleepFor(absl::Milliseconds(5100));
    progress.Report(1000);
    progress.Report(1001);
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "1000 of 2000 join tokens\n");
}

TEST(ProgressTest, WritesOneLineAnewOnATerminalFromASecondOn) {
  const int watcher = posix_openpt(O_RDWR | O_NOCTTY);
  ASSERT_GE(watcher, 0);
  ASSERT_EQ(grantpt(watcher), 0);
  ASSERT_EQ(unlockpt(watcher), 0);
  const int terminal = open(ptsname(watcher), O_RDWR | O_NOCTTY);
  ASSERT_GE(terminal, 0);
  const int standard_error = dup(STDERR_FILENO);
  dup2(terminal, STDERR_FILENO);
  {
    Progress quick(2000, "join tokens");
    quick.Report(1000);
    quick.Report(2000);
    Progress progress(2000, "join tokens");
    absl::SleepFor(absl::Milliseconds(1100));
    progress.Report(1000);
    progress.Report(2000);
  }
  dup2(standard_error, STDERR_FILENO);
  close(standard_error);
  char buffer[200];
  std::string shown;
  while (shown.find('\n') == std::string::npos) {
    const ssize_t count = read(watcher, buffer, sizeof(buffer));
    ASSERT_GT(count, 0);
    shown.append(buffer, static_cast<size_t>(count));
  }
  close(terminal);
  close(watcher);
  EXPECT_EQ(shown, "\r1000 of 2000 join tokens\r2000 of 2000 join tokens\r\n");
}

}  // namespace
}  // namespace fleetca::client
