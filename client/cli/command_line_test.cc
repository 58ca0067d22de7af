#include "client/cli/command_line.h"

#include <algorithm>
#include <string>
#include <vector>

#include "client/cli/commands.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class CommandLineTest : public ::testing::Test {
 protected:
  CommandLineTest() : app_("", "fleetca") {
    app_.require_subcommand(1);
    AddCertCommands(app_, &exit_code_);
  }

  std::string Mistake(const std::vector<std::string>& arguments) const {
    return FindMistake(app_, arguments).sentence;
  }

  CLI::App app_;
  int exit_code_ = 0;
};

TEST_F(CommandLineTest, AMistypedCommandHasOneSuggestionAtEveryLevel) {
  EXPECT_EQ(Mistake({"crt", "issue"}),
            "\"crt\" is no command of fleetca; did you mean 'fleetca cert'?");
  EXPECT_EQ(Mistake({"cert", "isue", "--dir", "ca"}),
            "\"isue\" is no command of fleetca cert; did you mean 'fleetca cert issue'?");
  EXPECT_EQ(Mistake({"token", "creat"}),
            "\"creat\" is no command of fleetca token; did you mean 'fleetca token create'?");
}

TEST_F(CommandLineTest, ACommandWithoutItsGroupIsFound) {
  EXPECT_THAT(Mistake({"issue"}), HasSubstr("did you mean 'fleetca cert issue'?"));
  // There are two of this name.
  EXPECT_THAT(Mistake({"get"}),
              AllOf(HasSubstr("there are: cert, chain, key, csr, "), HasSubstr("stats, context")));
}

TEST_F(CommandLineTest, WithoutASuggestionAllAreNamed) {
  EXPECT_EQ(
      Mistake({"cert", "destroy"}),
      "\"destroy\" is no command of fleetca cert; there are: issue, renew, rekey, get, inspect, "
      "diff, needs-renewal, revoke, status, install, uninstall, selfsign, verify, lint");
}

TEST_F(CommandLineTest, AFlagThatIsThereTwiceIsNamed) {
  std::vector<std::string> reversed = {"b", "--config", "a", "--config", "agent"};
  std::string sentence;
  try {
    app_.parse(reversed);
  } catch (const CLI::ParseError& error) {
    sentence = MistakeOf(app_, error).sentence;
  }
  EXPECT_THAT(sentence, HasSubstr("--config: is given 2 times; give it once"));
}

TEST_F(CommandLineTest, ACommandThatDoesSomethingByItselfMayHaveOthersBelowIt) {
  EXPECT_EQ(Mistake({"agent", "--config", "agent.textproto", "--once"}), "");
  EXPECT_EQ(Mistake({"agent", "status", "--socket", "status.sock"}), "");
  EXPECT_THAT(Mistake({"agent", "statsu"}), HasSubstr("did you mean 'fleetca agent status'?"));
  EXPECT_THAT(Mistake({"agent", "status", "--soket", "s"}), HasSubstr("did you mean --socket?"));
  EXPECT_THAT(Mistake({"agent", "--onec"}), HasSubstr("did you mean --once?"));
  AddGroupExamples(app_);
  const std::string help = app_.get_subcommand("agent")->help();
  EXPECT_THAT(help, AllOf(HasSubstr("Keys are"), HasSubstr("fleetca agent --config "),
                          HasSubstr("fleetca agent status "), HasSubstr("fleetca agent enroll ")));
}

TEST_F(CommandLineTest, AMissingCommandIsNamed) {
  EXPECT_EQ(Mistake({"cert"}),
            "fleetca cert needs a command; there are: issue, renew, rekey, get, inspect, diff, "
            "needs-renewal, revoke, status, install, uninstall, selfsign, verify, lint; 'fleetca "
            "cert --help' says more");
  EXPECT_THAT(Mistake({}), HasSubstr("fleetca needs a command; there are: cert, "));
}

// As "$UNSET" gives it: the default would be another file, folder or server than was meant, or that
// a question is not asked.
TEST_F(CommandLineTest, AFlagThatIsGivenNothingIsAMistake) {
  for (const char* flag : {"--out", "--dir", "--server", "--csr", "--key-out"}) {
    for (const std::vector<std::string>& given :
         {std::vector<std::string>{flag, ""}, std::vector<std::string>{std::string(flag) + "="}}) {
      std::vector<std::string> arguments = {"cert", "issue", "--profile", "service"};
      arguments.insert(arguments.end(), given.begin(), given.end());
      const CommandLineMistake mistake = FindMistake(app_, arguments);
      EXPECT_THAT(mistake.sentence, HasSubstr(std::string(flag) + " is given nothing"));
      EXPECT_EQ(mistake.flag, flag);
    }
  }
  EXPECT_THAT(Mistake({"cert", "issue", "--out", "a", "--dir=x="}), IsEmpty());
  EXPECT_THAT(Mistake({"cert", "issue", "--profile", ""}), HasSubstr("--profile is given nothing"));
  for (const char* flag : {"--host", "--purpose", "--trust-domain", "--audience", "--role", "--crl",
                           "--untrusted", "--url", "--at"}) {
    EXPECT_THAT(Mistake({"cert", "verify", "web.crt", flag, ""}),
                HasSubstr(std::string(flag) + " is given nothing"));
  }
  // Words that may be none, and a switch, behind which an argument stands.
  EXPECT_THAT(Mistake({"csr", "new", "--subject", ""}), IsEmpty());
  EXPECT_THAT(Mistake({"identity", "block", "--reason", ""}), IsEmpty());
  EXPECT_THAT(Mistake({"cert", "verify", "--ocsp", ""}), IsEmpty());
}

TEST_F(CommandLineTest, AMistypedFlagHasOneSuggestion) {
  const CommandLineMistake mistake =
      FindMistake(app_, {"cert", "issue", "--profle", "service", "--dir", "ca"});
  EXPECT_EQ(mistake.sentence,
            "\"--profle\" is no flag of fleetca cert issue; did you mean --profile?");
  EXPECT_EQ(mistake.flag, "--profle");
  EXPECT_THAT(Mistake({"cert", "issue", "--dri=ca"}), HasSubstr("did you mean --dir?"));
  EXPECT_THAT(Mistake({"cert", "issue", "-dir", "ca"}), HasSubstr("did you mean --dir?"));
  EXPECT_THAT(Mistake({"token", "list", "--ident", "x"}), HasSubstr("did you mean --identity?"));
  EXPECT_THAT(Mistake({"cert", "issue", "--frobnicate"}),
              HasSubstr("'fleetca cert issue --help' says more"));
}

TEST_F(CommandLineTest, AFlagBeforeTheCommandIsToldWhereItGoes) {
  EXPECT_THAT(Mistake({"cert", "--dir", "ca", "issue"}), HasSubstr("flags come after the command"));
}

TEST_F(CommandLineTest, WhatIsRightIsLeftToTheParser) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"cert", "issue", "--dir", "ca", "--csr", "-", "-o", "json", "--chain"},
           {"cert", "issue", "--name=DNS:a", "-ojson"},
           {"cert", "inspect", "--", "--odd-name"},
           {"cert", "inspect", "-"},
           // The value of a flag, whatever it looks like.
           {"cert", "issue", "--key-out", "--odd-name"},
           {"cert", "issue", "--help"},
           {"cert", "-h"},
           {"--help"}}) {
    EXPECT_THAT(Mistake(arguments), IsEmpty()) << ::testing::PrintToString(arguments);
  }
}

TEST_F(CommandLineTest, AMistakeIsNotAnAnswerOfACommandThatAnswersByItsExitStatus) {
  EXPECT_EQ(ExitCodeWithoutAnswer({"cert", "needs-renewal", "--befor", "30d", "web.crt"}, 2), 255);
  EXPECT_EQ(ExitCodeWithoutAnswer({"-o", "json", "cert", "needs-renewal"}, 2), 255);
  EXPECT_EQ(ExitCodeWithoutAnswer({"needs-renewal", "web.crt"}, 2), 255);
  EXPECT_EQ(ExitCodeWithoutAnswer({"cert", "inspect", "--befor", "30d"}, 2), 2);
  EXPECT_EQ(ExitCodeWithoutAnswer({}, 2), 2);
}

TEST_F(CommandLineTest, WhatTheParserRefusesSaysWhereHelpIs) {
  std::vector<std::string> arguments = {"get", "--dir", "ca"};
  arguments.insert(arguments.begin(), "cert");
  std::reverse(arguments.begin(), arguments.end());
  try {
    app_.parse(arguments);
    FAIL() << "the serial is required";
  } catch (const CLI::ParseError& error) {
    EXPECT_THAT(MistakeOf(app_, error).sentence,
                HasSubstr("; 'fleetca cert get --help' says more"));
  }
  arguments = {"ca.fleet.example", "--server", "01" + std::string(38, '0'), "get", "cert"};
  try {
    app_.parse(arguments);
    FAIL() << "the address has no port";
  } catch (const CLI::ParseError& error) {
    EXPECT_EQ(MistakeOf(app_, error).flag, "--server");
  }
  arguments = {"many", "--entries", "a.crl", "inspect", "crl"};
  try {
    app_.parse(arguments);
    FAIL() << "that is no number";
  } catch (const CLI::ParseError& error) {
    const CommandLineMistake mistake = MistakeOf(app_, error);
    EXPECT_THAT(mistake.sentence, HasSubstr("--entries: \"many\" is not a number"));
    EXPECT_EQ(mistake.flag, "--entries");
  }
}

TEST_F(CommandLineTest, JsonIsWantedInEverySpelling) {
  EXPECT_TRUE(WantsJson({"cert", "get", "-o", "json"}));
  EXPECT_TRUE(WantsJson({"cert", "get", "-ojson"}));
  EXPECT_TRUE(WantsJson({"cert", "get", "--output", "json"}));
  EXPECT_TRUE(WantsJson({"cert", "get", "--output=json"}));
  EXPECT_FALSE(WantsJson({"cert", "get", "-o", "text", "json"}));
  EXPECT_FALSE(WantsJson({"cert", "inspect", "--", "-o", "json"}));
  EXPECT_FALSE(WantsJson({"-o"}));
}

TEST_F(CommandLineTest, HelpIsACommandToo) {
  EXPECT_THAT(WithoutHelpCommand({"help", "cert", "issue"}),
              ElementsAre("cert", "issue", "--help"));
  EXPECT_THAT(WithoutHelpCommand({"help"}), ElementsAre("--help"));
  EXPECT_THAT(WithoutHelpCommand({"help", "help"}), ElementsAre("help", "--help"));
  EXPECT_THAT(WithoutHelpCommand({"help", "--help"}), ElementsAre("help", "--help"));
  EXPECT_THAT(WithoutHelpCommand({"cert", "help"}), ElementsAre("cert", "help"));
  EXPECT_THAT(WithoutHelpCommand({}), IsEmpty());
}

// WantsJson has read it, and a group of commands has no flag for it.
TEST_F(CommandLineTest, TheFormOfAHelpStandsAnywhere) {
  EXPECT_THAT(WithoutHelpCommand({"help", "-o", "json"}), ElementsAre("--help"));
  EXPECT_THAT(WithoutHelpCommand({"help", "cert", "-ojson", "issue"}),
              ElementsAre("cert", "issue", "--help"));
  EXPECT_THAT(WithoutHelpCommand({"cert", "--output=text", "-h"}), ElementsAre("cert", "-h"));
  EXPECT_THAT(WithoutHelpCommand({"help", "-o", "json", "--bogus"}),
              ElementsAre("help", "--bogus"));
  EXPECT_THAT(WithoutHelpCommand({"cert", "issue", "-o", "pem", "--help"}),
              ElementsAre("cert", "issue", "-o", "pem", "--help"));
  EXPECT_THAT(WithoutHelpCommand({"cert", "inspect", "-o", "json"}),
              ElementsAre("cert", "inspect", "-o", "json"));
}

TEST_F(CommandLineTest, AGroupShowsTheExamplesOfItsCommandsAlone) {
  AddGroupExamples(app_);
  const std::string cert = app_.get_subcommand("cert")->help();
  EXPECT_THAT(cert, HasSubstr("\nExamples:\n"));
  EXPECT_THAT(cert, HasSubstr("fleetca cert issue "));
  EXPECT_THAT(cert, HasSubstr("fleetca cert inspect "));
  EXPECT_THAT(cert, Not(HasSubstr("fleetca token ")));
  EXPECT_THAT(app_.get_subcommand("token")->help(), HasSubstr("fleetca token create "));
}

TEST_F(CommandLineTest, EveryCommandHasExamples) {
  for (const CLI::App* group : app_.get_subcommands([](const CLI::App*) { return true; })) {
    for (const CLI::App* command : group->get_subcommands([](const CLI::App*) { return true; })) {
      if (!command->get_name().empty()) {
        EXPECT_THAT(command->get_footer(), HasSubstr("\nExamples:\n")) << command->get_name();
      }
    }
  }
}

}  // namespace
}  // namespace fleetca::client
