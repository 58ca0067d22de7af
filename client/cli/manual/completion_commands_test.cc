#include "client/cli/manual/completion_commands.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/durable_file.h"
#include "base/file.h"
#include "client/cli/manual/completion_place.h"
#include "client/cli/manual/shell.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class CompletionCommandsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* variable : {"XDG_DATA_HOME", "XDG_CONFIG_HOME", "BASH_COMPLETION_USER_DIR"}) {
      unsetenv(variable);
    }
    setenv("HOME", folder_.path().c_str(), 1);
    setenv("SHELL", "/usr/bin/fish", 1);
  }

  // What it wrote to standard output; what it said is kept.
  std::string Run(std::vector<std::string> arguments) {
    CLI::App app("", "fleetca");
    AddCompletionCommands(app, &exit_code_);
    arguments.insert(arguments.begin(), "completion");
    std::reverse(arguments.begin(), arguments.end());
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    app.parse(std::move(arguments));
    said_ = ::testing::internal::GetCapturedStderr();
    return ::testing::internal::GetCapturedStdout();
  }

  const fleetca::testing::TemporaryFolder folder_;
  int exit_code_ = -1;
  std::string said_;
};

TEST_F(CompletionCommandsTest, AScriptIsPrinted) {
  for (const Shell shell : kShells) {
    EXPECT_EQ(Run({std::string(ShellName(shell))}), CompletionScript(shell));
    EXPECT_THAT(CompletionScript(shell), HasSubstr(kScriptMark));
  }
  // By this line zsh knows whose words the file completes.
  EXPECT_THAT(CompletionScript(Shell::kZsh), StartsWith("#compdef fleetca\n"));
}

TEST_F(CompletionCommandsTest, ItIsInstalledForTheShellInUseAndTakenAwayAgain) {
  const std::string file = folder_.path() + "/.config/fish/completions/fleetca.fish";
  Run({"install"});
  EXPECT_EQ(exit_code_, 0);
  EXPECT_EQ(*ReadFile(file), CompletionScript(Shell::kFish));
  EXPECT_THAT(said_, HasSubstr(file));
  Run({"uninstall"});
  EXPECT_EQ(exit_code_, 0);
  EXPECT_FALSE(std::filesystem::exists(file));
  Run({"uninstall"});
  EXPECT_EQ(exit_code_, 1);
}

TEST_F(CompletionCommandsTest, VariablesSayWhereAShellLooks) {
  EXPECT_EQ(*CompletionFolder(Shell::kBash),
            folder_.path() + "/.local/share/bash-completion/completions");
  setenv("XDG_DATA_HOME", "/data", 1);
  EXPECT_EQ(*CompletionFolder(Shell::kBash), "/data/bash-completion/completions");
  EXPECT_EQ(*CompletionFolder(Shell::kZsh), "/data/zsh/site-functions");
  setenv("BASH_COMPLETION_USER_DIR", "/own", 1);
  EXPECT_EQ(*CompletionFolder(Shell::kBash), "/own/completions");
  unsetenv("HOME");
  EXPECT_THAT(std::string(CompletionFolder(Shell::kFish).status().message()),
              HasSubstr("give --dir"));
}

TEST_F(CompletionCommandsTest, WhatSomebodyElseWroteStays) {
  const std::string file = folder_.path() + "/fleetca";
  ASSERT_TRUE(WriteFileAtomic(file, "# mine\n", 0644).ok());
  for (const char* command : {"install", "uninstall"}) {
    Run({command, "--shell", "bash", "--dir", folder_.path()});
    EXPECT_EQ(exit_code_, 1);
    EXPECT_THAT(said_, HasSubstr("was not written by"));
  }
  EXPECT_EQ(*ReadFile(file), "# mine\n");
}

TEST_F(CompletionCommandsTest, APipeIsNotWaitedFor) {
  ASSERT_EQ(mkfifo((folder_.path() + "/fleetca").c_str(), 0600), 0);
  for (const char* command : {"install", "uninstall"}) {
    Run({command, "--shell", "bash", "--dir", folder_.path()});
    EXPECT_EQ(exit_code_, 1);
    EXPECT_THAT(said_, HasSubstr("a pipe or a device"));
  }
}

TEST_F(CompletionCommandsTest, TheShellAndTheFolderMustBeThere) {
  Run({"install", "--shell", "bash", "--dir", folder_.path() + "/gone"});
  EXPECT_EQ(exit_code_, 1);
  setenv("SHELL", "/bin/ksh", 1);
  Run({"install"});
  EXPECT_EQ(exit_code_, 1);
  EXPECT_THAT(said_, HasSubstr("/bin/ksh"));
  EXPECT_EQ(ParseShell("zsh"), Shell::kZsh);
  EXPECT_EQ(ParseShell("/bin/rbash"), std::nullopt);
}

}  // namespace
}  // namespace fleetca::client
