#include "client/cli/manual/description.h"

#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

constexpr char kFooter[] = R"help(
Words before.

Examples:
  # The first:
  fleetca get --dir ca \
    a

Words after.
)help";

TEST(DescriptionTest, ACommandAsData) {
  CLI::App app("A CA.", "fleetca");
  std::string dir;
  std::vector<std::string> files;
  CLI::App* get = app.add_subcommand("get", "Get things");
  get->add_option("file", files, "What to get")->type_name("FILE")->required();
  get->add_option_group("Connection", "Which CA")->add_option("-d,--dir", dir)->type_name("DIR");
  get->footer(kFooter);
  app.add_subcommand("hidden", "")->group("");

  const CommandDescription described = Describe(*get);
  EXPECT_EQ(described.path, "fleetca get");
  EXPECT_EQ(described.usage, "fleetca get [OPTIONS] file...");
  ASSERT_EQ(described.arguments.size(), 1u);
  EXPECT_EQ(described.arguments[0].names, std::vector<std::string>{"file"});
  EXPECT_TRUE(described.arguments[0].required);
  EXPECT_TRUE(described.arguments[0].repeatable);
  // --help, and that of the group.
  ASSERT_EQ(described.flags.size(), 2u);
  EXPECT_EQ(described.flags[0].group, "");
  EXPECT_EQ(described.flags[1].names, (std::vector<std::string>{"-d", "--dir"}));
  EXPECT_EQ(described.flags[1].group, "Connection");
  ASSERT_EQ(described.groups.size(), 1u);
  EXPECT_EQ(described.groups[0].summary, "Which CA");
  EXPECT_EQ(described.notes, "Words before.\n\nWords after.");
  EXPECT_EQ(described.examples, "  # The first:\n  fleetca get --dir ca \\\n    a");

  const CommandDescription program = Describe(app);
  ASSERT_EQ(program.commands.size(), 1u);
  EXPECT_EQ(program.commands[0].name, "get");
  EXPECT_EQ(program.notes, "");
  EXPECT_EQ(program.examples, "");
}

}  // namespace
}  // namespace fleetca::client
