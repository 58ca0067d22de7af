#include "deploy/quickstart/own_command.h"

#include "gtest/gtest.h"

namespace fleetca::quickstart {
namespace {

TEST(OwnCommandTest, IsShownAsAShellTakesIt) {
  EXPECT_EQ(CommandText({"cert", "inspect", "a/b-1.crt"}), "fleetca cert inspect a/b-1.crt");
  EXPECT_EQ(ShellText({"rm", "-r", "my trial"}), "rm -r 'my trial'");
  EXPECT_EQ(ShellText({"", "it's", "$HOME"}), "'' 'it'\\''s' '$HOME'");
}

}  // namespace
}  // namespace fleetca::quickstart
