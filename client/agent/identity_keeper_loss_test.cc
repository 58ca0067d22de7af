// Files that somebody removes or replaces while the agent runs, and a clock that is wrong for long.
#include <filesystem>
#include <string>

#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "client/agent/identity_keeper.h"
#include "client/agent/testing/keeper_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;

constexpr absl::string_view kLoss = "Files were removed or replaced by somebody";

int Count(absl::string_view text, absl::string_view part) {
  int count = 0;
  for (size_t at = text.find(part); at != absl::string_view::npos;
       at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

class IdentityKeeperLossTest : public testing::KeeperFixture {
 protected:
  IdentityKeeperLossTest() { options_.hooks = {{.exec = {"/bin/reload"}}}; }

  // What the log has of so much time.
  std::string SaidIn(absl::Duration duration) {
    ::testing::internal::CaptureStderr();
    Pass(duration);
    return ::testing::internal::GetCapturedStderr();
  }
  int HookRuns() const { return Count(HooksRan(), "\n"); }
};

TEST_F(IdentityKeeperLossTest, WhatIsLostIsPutBackWithinAMinuteAndSaidOnce) {
  Restart();
  const std::string bundle = Path("tls/credential-bundle.pem");
  const std::string lost[] = {bundle, std::filesystem::canonical(bundle).string(),
                              Path("tls/..data")};
  uint64_t losses = 0;
  for (const std::string& path : lost) {
    const int hooks = HookRuns();
    std::filesystem::remove(path);
    const std::string said = SaidIn(absl::Minutes(5));
    EXPECT_EQ(Count(said, kLoss), 1) << path << said;
    EXPECT_THAT(said, HasSubstr(path));
    EXPECT_EQ(ProblemOfFiles(), "") << path;
    EXPECT_TRUE(Status().ready);
    EXPECT_EQ(Status().losses, ++losses);
    // A service may have looked for it meanwhile.
    EXPECT_EQ(HookRuns(), hooks + 1) << path;
  }
  std::filesystem::remove_all(Path("tls"));
  Pass(absl::Minutes(1));
  EXPECT_EQ(ProblemOfFiles(), "");
  EXPECT_THAT(port_.issued(), ::testing::SizeIs(1));
}

// As after a boot of a host whose outputs are below /run.
TEST_F(IdentityKeeperLossTest, FilesThatAreGoneAtTheStartArePutBackAndTheHooksRun) {
  Restart();
  EXPECT_EQ(HookRuns(), 1);
  run_ = {};
  std::filesystem::remove_all(Path("tls"));
  Restart();
  EXPECT_EQ(ProblemOfFiles(), "");
  EXPECT_EQ(HookRuns(), 2);
  // Also where a renewal is due at once.
  run_ = {};
  std::filesystem::remove_all(Path("tls"));
  now_ += absl::Hours(20);
  Restart();
  EXPECT_THAT(port_.issued(), ::testing::SizeIs(2));
  EXPECT_EQ(HookRuns(), 3);
  EXPECT_THAT(HooksRan(), HasSubstr(LastIssued()));
  Restart();
  EXPECT_EQ(HookRuns(), 3);
}

TEST_F(IdentityKeeperLossTest, NothingIsDoneWhereNothingIsLost) {
  Restart();
  const std::string said = SaidIn(absl::Hours(1));
  EXPECT_EQ(Count(said, kLoss), 0) << said;
  EXPECT_EQ(Status().losses, 0u);
  EXPECT_EQ(HookRuns(), 1);
}

TEST_F(IdentityKeeperLossTest, WhatCannotBePutBackLeavesItUnready) {
  Restart();
  run_.outputs->fault = FailedPrecondition(Reason::kFileInvalid, "read-only folder");
  std::filesystem::remove(Path("tls/credential-bundle.pem"));
  const std::string said = SaidIn(absl::Minutes(5));
  EXPECT_FALSE(Status().ready);
  EXPECT_THAT(Status().last_error.message(), HasSubstr("read-only folder"));
  EXPECT_EQ(Count(said, kLoss), 1) << said;
  EXPECT_EQ(Count(said, "read-only folder"), 1) << said;
  EXPECT_EQ(Status().losses, 1u);
  run_.outputs->fault = absl::OkStatus();
  Pass(absl::Seconds(11));
  EXPECT_TRUE(Status().ready);
  FLEETCA_EXPECT_OK(Status().last_error);
  EXPECT_EQ(ProblemOfFiles(), "");
}

TEST_F(IdentityKeeperLossTest, AFileOfSomebodyElseUnderThatNameIsSaidAndLeft) {
  Restart();
  std::filesystem::remove(Path("tls/credential-bundle.pem"));
  Write("tls/credential-bundle.pem", "precious");
  Pass(absl::Minutes(1));
  EXPECT_FALSE(Status().ready);
  EXPECT_THAT(Status().last_error.message(), HasSubstr("move it away"));
  EXPECT_EQ(ReadFile(Path("tls/credential-bundle.pem")).value_or(""), "precious");
  std::filesystem::remove(Path("tls/credential-bundle.pem"));
  Pass(absl::Minutes(1));
  EXPECT_TRUE(Status().ready);
  EXPECT_EQ(ProblemOfFiles(), "");
}

TEST_F(IdentityKeeperLossTest, AClockThatIsBehindIsSaidOnceAndThatItIsRightAgain) {
  Restart();
  now_ -= absl::Hours(24 * 365);
  EXPECT_EQ(Count(SaidIn(absl::Hours(3)), "the clock of this host says"), 1);
  now_ += absl::Hours(24 * 365);
  EXPECT_EQ(Count(SaidIn(absl::Minutes(1)), "is right again"), 1);
  now_ -= absl::Hours(24 * 365);
  EXPECT_EQ(Count(SaidIn(absl::Hours(3)), "the clock of this host says"), 1);
}

}  // namespace
}  // namespace fleetca::client
