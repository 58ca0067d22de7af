#include "client/cli/manual/man_command.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/file.h"
#include "client/cli/manual/description.h"
#include "client/cli/manual/man_page.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;

class ManCommandTest : public ::testing::Test {
 protected:
  ManCommandTest() {
    // As in the program: a second command is a word of the first.
    app_.require_subcommand(1);
    AddManCommand(app_, &exit_code_);
    cert_->add_subcommand("issue", "Get one");
    cert_->add_subcommand("hidden", "")->group("");
  }

  std::string Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "man");
    std::reverse(arguments.begin(), arguments.end());
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    app_.parse(std::move(arguments));
    said_ = ::testing::internal::GetCapturedStderr();
    return ::testing::internal::GetCapturedStdout();
  }

  CLI::App app_{"A CA", "fleetca"};
  CLI::App* cert_ = app_.add_subcommand("cert", "Certificates");
  int exit_code_ = -1;
  std::string said_;
};

TEST_F(ManCommandTest, ThePageOfACommandIsPrinted) {
  // What was said before stays, so the page without a name comes first.
  EXPECT_EQ(Run({"-o", "troff"}), ManPage(Describe(app_)));
  EXPECT_EQ(Run({"cert", "issue", "-o", "troff"}),
            ManPage(Describe(*cert_->get_subcommand("issue"))));
  EXPECT_THAT(Run({"cert", "-o", "json"}), HasSubstr("\"fleetca-cert\""));
}

TEST_F(ManCommandTest, WhatIsNoCommandHasNoPage) {
  EXPECT_EQ(Run({"cert", "hidden", "-o", "troff"}), "");
  EXPECT_EQ(exit_code_, 1);
  EXPECT_THAT(said_, HasSubstr("there are: issue"));
  Run({"cert", "isue"});
  EXPECT_THAT(said_, HasSubstr("did you mean 'fleetca cert issue'?"));
  Run({"cert", "issue", "more"});
  EXPECT_EQ(exit_code_, 1);
  EXPECT_THAT(said_, HasSubstr("nothing is below"));
}

TEST_F(ManCommandTest, AllPagesAreWrittenBelowAFolder) {
  const fleetca::testing::TemporaryFolder folder;
  Run({"--install", folder.path()});
  EXPECT_EQ(exit_code_, 0);
  EXPECT_THAT(said_, HasSubstr("wrote 4 manual pages"));
  EXPECT_EQ(*ReadFile(folder.path() + "/man1/fleetca-cert-issue.1"),
            ManPage(Describe(*cert_->get_subcommand("issue"))));
  Run({"--install", folder.path() + "/gone"});
  EXPECT_EQ(exit_code_, 1);
}

}  // namespace
}  // namespace fleetca::client
