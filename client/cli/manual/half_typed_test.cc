#include "client/cli/manual/half_typed.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class HalfTypedTest : public ::testing::Test {
 protected:
  HalfTypedTest() {
    issue_->add_option("-o,--output", form_);
    issue_->add_option("--key", key_);
    issue_->add_flag("--force", force_);
    issue_->add_option("--serial", serials_);
    issue_->add_option_group("Connection")->add_option("--dir", dir_);
    issue_->add_option("file", file_);
    issue_->add_option("more", more_);
    cert_->add_subcommand("hidden")->group("");
  }

  const CLI::Option* Flag(const char* name) { return issue_->get_option(name); }
  HalfTyped Read(const std::vector<std::string>& words) { return ReadHalfTyped(app_, words); }

  std::string form_, key_, dir_, file_;
  bool force_ = false;
  std::vector<std::string> serials_, more_;
  CLI::App app_{"", "fleetca"};
  CLI::App* cert_ = app_.add_subcommand("cert");
  CLI::App* issue_ = cert_->add_subcommand("issue");
};

TEST_F(HalfTypedTest, ACommandStandsAtTheStartAndBelowAGroup) {
  EXPECT_TRUE(Read({}).may_be_command);
  EXPECT_EQ(Read({"ce"}).command, &app_);
  EXPECT_EQ(Read({"ce"}).text, "ce");
  const HalfTyped below = Read({"cert", ""});
  EXPECT_EQ(below.command, cert_);
  EXPECT_TRUE(below.may_be_command);
  EXPECT_EQ(below.option, nullptr);
  // What no help shows leads nowhere.
  EXPECT_EQ(Read({"cert", "hidden", ""}).command, cert_);
}

TEST_F(HalfTypedTest, AFlagIsFollowedByItsValueOrHoldsIt) {
  EXPECT_TRUE(Read({"cert", "issue", "--k"}).may_be_flag);
  EXPECT_EQ(Read({"cert", "issue", "--key", "we"}).option, Flag("--key"));
  EXPECT_FALSE(Read({"cert", "issue", "--key", "we"}).may_be_command);
  const HalfTyped held = Read({"cert", "issue", "--key=we"});
  EXPECT_EQ(held.option, Flag("--key"));
  EXPECT_EQ(held.before, "--key=");
  EXPECT_EQ(held.text, "we");
  EXPECT_EQ(Read({"cert", "issue", "-o", ""}).option, Flag("--output"));
  // A flag that takes nothing is followed by an argument.
  EXPECT_EQ(Read({"cert", "issue", "--force", ""}).option, issue_->get_option("file"));
  // One that takes several values may have had its last.
  const HalfTyped several = Read({"cert", "issue", "--serial", "01", ""});
  EXPECT_EQ(several.option, Flag("--serial"));
  EXPECT_TRUE(several.may_be_flag);
}

TEST_F(HalfTypedTest, FlagsThatAreCompleteAreKnown) {
  const HalfTyped typed =
      Read({"cert", "issue", "--dir", "ca", "--key=web.key", "-ojson", "--force", ""});
  EXPECT_THAT(typed.values, UnorderedElementsAre(Pair("dir", "ca"), Pair("key", "web.key"),
                                                 Pair("output", "json"), Pair("force", "")));
  EXPECT_TRUE(typed.given.contains(Flag("--key")));
  EXPECT_FALSE(typed.given.contains(Flag("--serial")));
}

TEST_F(HalfTypedTest, ArgumentsAreCounted) {
  EXPECT_EQ(Read({"cert", "issue", "a", ""}).option, issue_->get_option("more"));
  EXPECT_EQ(Read({"cert", "issue", "a", "b", "c", ""}).option, issue_->get_option("more"));
  const HalfTyped after = Read({"cert", "issue", "--", "-a", "-"});
  EXPECT_THAT(after.arguments, ElementsAre("-a"));
  EXPECT_EQ(after.option, issue_->get_option("more"));
  EXPECT_FALSE(after.may_be_flag);
}

TEST_F(HalfTypedTest, WhatIsNoCommandLineIsReadAsFarAsItGoes) {
  EXPECT_EQ(Read({"nonsense", "cert", ""}).command, &app_);
  EXPECT_EQ(Read({"cert", "issue", "--nonsense", ""}).option, issue_->get_option("file"));
  EXPECT_EQ(Read({"cert", "issue", "--nonsense="}).option, nullptr);
}

}  // namespace
}  // namespace fleetca::client
