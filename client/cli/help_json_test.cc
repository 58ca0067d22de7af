#include "client/cli/help_json.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

constexpr char kFooter[] = R"help(
Words about it.

Examples:
  # The first:
  fleetca get --dir ca \
    a
  fleetca get b
)help";

class HelpJsonTest : public ::testing::Test {
 protected:
  HelpJsonTest() : app_("A CA.", "fleetca") {
    app_.require_subcommand(1);
    CLI::App* get = app_.add_subcommand("get", "Get things");
    get->add_option("file", files_, "What to get")->type_name("FILE")->required();
    get->add_option("-o,--output", form_, "The form")
        ->type_name("FORM")
        ->check(CLI::IsMember({"text", "json"}), "")
        ->capture_default_str();
    get->add_option_group("Connection")->add_option("--dir", dir_, "Where")->type_name("DIR");
    get->footer(kFooter);
    app_.add_subcommand("hidden", "")->group("");
  }

  CLI::App app_;
  std::vector<std::string> files_;
  std::string form_ = "text";
  std::string dir_;
};

TEST_F(HelpJsonTest, ACommandHasFlagsArgumentsAndExamples) {
  const auto json = nlohmann::json::parse(HelpToJson(*app_.get_subcommand("get")));
  EXPECT_EQ(json["command"], "fleetca get");
  EXPECT_EQ(json["summary"], "Get things");
  EXPECT_EQ(json["usage"], "fleetca get [OPTIONS] file...");
  EXPECT_EQ(json["commands"].size(), 0u);
  ASSERT_EQ(json["arguments"].size(), 1u);
  EXPECT_EQ(json["arguments"][0]["names"], std::vector<std::string>{"file"});
  EXPECT_EQ(json["arguments"][0]["required"], true);
  EXPECT_EQ(json["arguments"][0]["repeatable"], true);
  // Help once, though the group of flags has one as well.
  ASSERT_EQ(json["flags"].size(), 3u);
  const auto& form = json["flags"][1];
  EXPECT_EQ(form["names"], (std::vector<std::string>{"-o", "--output"}));
  EXPECT_EQ(form["type"], "FORM");
  EXPECT_EQ(form["default"], "text");
  EXPECT_EQ(form["required"], false);
  EXPECT_EQ(json["flags"][2]["names"], std::vector<std::string>{"--dir"});
  EXPECT_FALSE(json["flags"][0].contains("type"));
  EXPECT_EQ(json["notes"], "Words about it.");
  EXPECT_EQ(json["examples"],
            (std::vector<std::string>{"fleetca get --dir ca \\\n  a", "fleetca get b"}));
}

TEST_F(HelpJsonTest, AGroupHasItsCommands) {
  const auto json = nlohmann::json::parse(HelpToJson(app_));
  EXPECT_EQ(json["command"], "fleetca");
  EXPECT_EQ(json["usage"], "fleetca [OPTIONS] COMMAND");
  ASSERT_EQ(json["commands"].size(), 1u);
  EXPECT_EQ(json["commands"][0]["name"], "get");
  EXPECT_EQ(json["notes"], "");
}

}  // namespace
}  // namespace fleetca::client
