#include "base/exit_status.h"

#include "base/errors.h"
#include "gtest/gtest.h"

namespace fleetca {
namespace {

TEST(ExitStatusTest, OkIsZeroAndSilent) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(ReportStatus(absl::OkStatus()), 0);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(ExitStatusTest, FailureIsOneWithItsSentence) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(ReportStatus(InvalidArgument(Reason::kConfigInvalid, "x",
                                         "a.textproto:1: x: wrong\n"
                                         "a.textproto:2: y: wrong")),
            1);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "fleetca: a.textproto:1: x: wrong\nfleetca: a.textproto:2: y: wrong\n");
}

TEST(ExitStatusTest, TerminalEscapesAreHarmless) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(ReportStatus(absl::InternalError("a\x1b[2Jb\rc\x7f")), 1);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "fleetca: a\\x1b[2Jb\\rc\\x7f\n");
}

TEST(ExitStatusTest, ErrorWithoutMessageNamesItsCode) {
  EXPECT_EQ(PrintableMessage(absl::Status(absl::StatusCode::kAborted, "")), "ABORTED");
}

TEST(ExitStatusTest, UsageIsTwo) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(ReportUsageError("--dir is required"), 2);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "fleetca: --dir is required\n");
}

}  // namespace
}  // namespace fleetca
