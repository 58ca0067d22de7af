#include "client/cli/manual/completion.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

class CompletionTest : public ::testing::Test {
 protected:
  CompletionTest() {
    issue_->add_option("-o,--output", text_, "The form")
        ->type_name("FORM")
        ->check(CLI::IsMember({"text", "json"}), "");
    issue_->add_option("--profile", text_, "By which")->type_name("NAME")->required();
    issue_->add_option("--name", names_)->type_name("TYPE:NAME");
    issue_->add_option("--dir", text_)->type_name("DIR");
    issue_->add_option("file", text_)->type_name("FILE");
    app_.add_subcommand("help", "Explain")->add_option("command", names_)->type_name("COMMAND");
  }

  std::vector<std::string> WordsOf(const std::vector<std::string>& words) {
    completion_ = Complete(app_, words, [this](ValueKind kind, const HalfTyped&) {
      asked_.push_back(kind);
      return std::vector<CompletionWord>{{"service", "for services"}, {"host", "for hosts"}};
    });
    std::vector<std::string> found;
    for (const CompletionWord& word : completion_.words) {
      found.push_back(word.word);
    }
    return found;
  }

  std::string text_;
  std::vector<std::string> names_;
  std::vector<ValueKind> asked_;
  Completion completion_;
  CLI::App app_{"", "fleetca"};
  CLI::App* cert_ = app_.add_subcommand("cert", "Certificates");
  CLI::App* issue_ = cert_->add_subcommand("issue", "Get one");
};

TEST_F(CompletionTest, CommandsThatBeginAsIsTyped) {
  EXPECT_THAT(WordsOf({""}), ElementsAre("cert", "help"));
  EXPECT_THAT(WordsOf({"ce"}), ElementsAre("cert"));
  EXPECT_EQ(completion_.words[0].description, "Certificates");
  EXPECT_THAT(WordsOf({"help", ""}), ElementsAre("cert", "help"));
  EXPECT_THAT(WordsOf({"help", "cert", ""}), ElementsAre("issue"));
  EXPECT_THAT(WordsOf({"help", "nonsense", ""}), IsEmpty());
}

TEST_F(CompletionTest, FlagsThatAreRequiredStandFirstAndNoneTwice) {
  EXPECT_EQ(WordsOf({"cert", "issue", "-"}).front(), "--profile");
  EXPECT_THAT(WordsOf({"cert", "issue", "--profile", "x", "-"}), Not(Contains("--profile")));
  EXPECT_THAT(WordsOf({"cert", "issue", "--name", "DNS:a", "--n"}), ElementsAre("--name"));
}

TEST_F(CompletionTest, ValuesAreThoseOfTheirKind) {
  EXPECT_THAT(WordsOf({"cert", "issue", "-o", ""}), ElementsAre("text", "json"));
  EXPECT_THAT(WordsOf({"cert", "issue", "--output=j"}), ElementsAre("--output=json"));
  EXPECT_THAT(asked_, IsEmpty());
  EXPECT_THAT(WordsOf({"cert", "issue", "--profile", "s"}), ElementsAre("service"));
  EXPECT_THAT(asked_, ElementsAre(ValueKind::kProfile));
  EXPECT_THAT(WordsOf({"cert", "issue", "--name", "U"}), ElementsAre("URI:spiffe://"));
  EXPECT_TRUE(completion_.no_blank);
  WordsOf({"cert", "issue", "--dir", ""});
  EXPECT_TRUE(completion_.folders);
  WordsOf({"cert", "issue", "we"});
  EXPECT_TRUE(completion_.files);
  EXPECT_FALSE(completion_.folders);
}

TEST_F(CompletionTest, AsTextItHasALineForTheShellAndOneForEachWord) {
  EXPECT_EQ(CompletionToText({}), "\n");
  EXPECT_EQ(CompletionToText({{{"a", "the first"}, {"b", ""}}, true, true, true}),
            "files folders noblank\na\tthe first\nb\t\n");
  // What could be taken for another line, or tell a terminal something.
  EXPECT_EQ(CompletionToText({{{"a\nb", ""}, {"", ""}, {"c", "\x1b[31m"}}, false, false, false}),
            "\nc\t\n");
}

}  // namespace
}  // namespace fleetca::client
