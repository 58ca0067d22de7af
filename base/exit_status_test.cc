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

TEST(ExitStatusTest, NoNameForgesALineOrTurnsOne) {
  testing::internal::CaptureStderr();
  SayNote("a root is passed over: a\nAccepted.\u202e");
  EXPECT_EQ(ReportStatus(absl::InternalError("a\u202eb\nfleetca: c")), 1);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "a root is passed over: a\\nAccepted.\\u202e\n"
            "fleetca: a\\u202eb\nfleetca: fleetca: c\n");
}

TEST(ExitStatusTest, ErrorWithoutMessageNamesItsCode) {
  EXPECT_EQ(PrintableMessage(absl::Status(absl::StatusCode::kAborted, "")), "ABORTED");
}

TEST(ExitStatusTest, UsageIsTwo) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(ReportUsageError("--dir is required"), 2);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "fleetca: --dir is required\n");
}

// Puts text back for the tests that follow.
class JsonErrorTest : public testing::Test {
 protected:
  JsonErrorTest() {
    SetErrorForm(ErrorForm::kJson);
    testing::internal::CaptureStderr();
  }
  ~JsonErrorTest() override { SetErrorForm(ErrorForm::kText); }
};

TEST_F(JsonErrorTest, AnErrorIsOneObjectInOneLine) {
  EXPECT_EQ(ReportStatus(InvalidArgument(Reason::kCsrMalformed, "csr", "a \"b\"\x1b\nc")), 1);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "{\"code\": \"INVALID_ARGUMENT\", \"reason\": \"CSR_MALFORMED\", \"field\": \"csr\", "
            "\"message\": \"a \\\"b\\\"\\u001b\\nc\"}\n");
}

TEST_F(JsonErrorTest, WhatIsNotKnownIsLeftOut) {
  EXPECT_EQ(ReportStatus(absl::Status(absl::StatusCode::kAborted, "")), 1);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "{\"code\": \"ABORTED\", \"message\": \"ABORTED\"}\n");
}

TEST_F(JsonErrorTest, ALongMessageIsWhole) {
  const std::string message(10'000, 'x');
  EXPECT_EQ(ReportStatus(absl::InternalError(message)), 1);
  EXPECT_NE(testing::internal::GetCapturedStderr().find(message), std::string::npos);
}

TEST_F(JsonErrorTest, AUsageErrorNamesTheFlag) {
  EXPECT_EQ(ReportUsageError("--dir is required", "--dir"), 2);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "{\"code\": \"INVALID_ARGUMENT\", \"reason\": \"USAGE\", \"field\": \"--dir\", "
            "\"message\": \"--dir is required\"}\n");
}

TEST_F(JsonErrorTest, AUsageErrorThatBeginsWithAFlagIsAboutIt) {
  ReportUsageError("--ca is required (or --dir)");
  ReportUsageError("fleetca needs a command; see --help");
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "{\"code\": \"INVALID_ARGUMENT\", \"reason\": \"USAGE\", \"field\": \"--ca\", "
            "\"message\": \"--ca is required (or --dir)\"}\n"
            "{\"code\": \"INVALID_ARGUMENT\", \"reason\": \"USAGE\", "
            "\"message\": \"fleetca needs a command; see --help\"}\n");
}

TEST_F(JsonErrorTest, NotesWaitForTheErrorAndAreInIt) {
  SayNote("waiting");
  SayNote("still waiting");
  EXPECT_EQ(ReportStatus(absl::OkStatus()), 0);
  EXPECT_EQ(ReportStatus(absl::AbortedError("gone")), 1);
  FlushNotes();
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "{\"code\": \"ABORTED\", \"message\": \"gone\", "
            "\"notes\": [\"waiting\", \"still waiting\"]}\n");
}

TEST_F(JsonErrorTest, NotesOfASuccessAreLines) {
  SayNote("issued");
  FlushNotes();
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "issued\n");
}

// A note may name a file, which somebody else may have named.
TEST_F(JsonErrorTest, ANoteThatIsFlushedIsPrintable) {
  SayNote("issued \x1b[2Ja.crt");
  FlushNotes();
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "issued \\x1b[2Ja.crt\n");
}

TEST(ExitStatusTest, ANoteIsPrintable) {
  testing::internal::CaptureStderr();
  SayNote("issued \x1b[2Ja.crt");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "issued \\x1b[2Ja.crt\n");
}

TEST(ExitStatusTest, ANoteIsALine) {
  testing::internal::CaptureStderr();
  SayNote("issued");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "issued\n");
}

}  // namespace
}  // namespace fleetca
