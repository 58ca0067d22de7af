#include "client/cli/flag_paths.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/named_paths.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

class FlagPathsTest : public ::testing::Test {
 protected:
  FlagPathsTest() : app_("", "fleetca") {
    CLI::App* command = app_.add_subcommand("issue", "");
    command->add_option("file", file_)->type_name("FILE");
    command->add_option("-k,--key-out", key_out_)->type_name("FILE");
    command->add_option("--out", out_)->type_name("FILE");
    command->add_option("--path", path_)->type_name("PATH");
    command->add_option("--http", http_)->type_name("ADDRESS");
    command->add_option_group("Connection")->add_option("--dir", dir_)->type_name("DIR");
    NamePathsWhenParsed(app_);
    // The paths have their names before the command runs.
    command->callback([this] { name_ = NameOfPathIn("Cannot write web.key: File exists"); });
  }
  ~FlagPathsTest() override { ForgetNamedPaths(); }

  void Parse(std::vector<std::string> arguments) {
    std::reverse(arguments.begin(), arguments.end());
    app_.parse(std::move(arguments));
  }

  CLI::App app_;
  std::string file_, key_out_, out_, path_, http_, dir_, name_;
};

TEST_F(FlagPathsTest, EachPathHasItsFlagWhenTheCommandRuns) {
  Parse({"issue", "a.crt", "-k", "web.key", "--dir", "ca", "--path", "/orders", "--http",
         "unix:/run/a.sock"});
  EXPECT_EQ(name_, "--key-out");
  EXPECT_EQ(NameOfPathIn("a.crt: it is junk"), "file");
  EXPECT_EQ(NameOfPathIn("Cannot read ca/admin.key: gone"), "--dir");
  EXPECT_EQ(NameOfPathIn("/run/a.sock is there and is not a socket"), "--http");
  EXPECT_EQ(NameOfPathIn("Cannot read /orders: gone"), "");
}

TEST_F(FlagPathsTest, StandardStreamsHaveFlagsToo) {
  Parse({"issue", "-", "--out", "-"});
  EXPECT_EQ(NameOfPathIn("standard input: it is empty"), "file");
  EXPECT_EQ(NameOfPathIn("Cannot write standard output: full"), "--out");
}

TEST_F(FlagPathsTest, AnotherCommandLineForgetsTheFirst) {
  Parse({"issue", "a.crt"});
  Parse({"issue", "b.crt"});
  EXPECT_EQ(NameOfPathIn("a.crt: it is junk"), "");
  EXPECT_EQ(NameOfPathIn("b.crt: it is junk"), "file");
}

}  // namespace
}  // namespace fleetca::client
