#include "client/cli/manual/value_kind.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ValueKindTest : public ::testing::Test {
 protected:
  CLI::Option* Add(const std::string& name, const std::string& type,
                   const std::string& description = "") {
    return command_->add_option(name, value_, description)->type_name(type);
  }

  ValueKind KindOf(const std::string& name, const std::string& type,
                   const std::string& description = "") {
    return ValueKindOf(*command_, *Add(name, type, description));
  }

  std::string value_;
  CLI::App app_{"", "fleetca"};
  CLI::App* group_ = app_.add_subcommand("context");
  CLI::App* command_ = group_->add_subcommand("use");
};

TEST_F(ValueKindTest, ChoicesAreThoseOfTheCheck) {
  CLI::Option* const form = Add("--output", "FORM")->check(CLI::IsMember({"text", "json"}), "");
  EXPECT_THAT(ChoicesOf(*form), ElementsAre("text", "json"));
  EXPECT_EQ(ValueKindOf(*command_, *form), ValueKind::kChoice);
}

TEST_F(ValueKindTest, ChoicesAreThoseOfTheDescription) {
  EXPECT_THAT(ChoicesOf(*Add("--new-key", "TYPE", "Make a key: p256, p384 or ed25519")),
              ElementsAre("p256", "p384", "ed25519"));
  EXPECT_THAT(ChoicesOf(*Add("--reason", "REASON", "Why: unspecified, keyCompromise")),
              ElementsAre("unspecified", "keyCompromise"));
  EXPECT_THAT(ChoicesOf(*Add("--kind", "TYPE", "Which (rsa, ec); default: as before")),
              ElementsAre("rsa", "ec"));
  EXPECT_THAT(ChoicesOf(*Add("--form", "text|json")), ElementsAre("text", "json"));
}

TEST_F(ValueKindTest, WordsOfASentenceAreNoChoices) {
  EXPECT_THAT(ChoicesOf(*Add("--new-key", "TYPE", "Make a key, or take one that is there")),
              IsEmpty());
  EXPECT_THAT(ChoicesOf(*Add("--file", "FILE", "One of these: a, b or c")), IsEmpty());
  EXPECT_THAT(ChoicesOf(*Add("--of", "SERIAL|FILE")), IsEmpty());
}

TEST_F(ValueKindTest, TypesSayTheKind) {
  EXPECT_EQ(KindOf("--a", "FILE"), ValueKind::kFile);
  EXPECT_EQ(KindOf("--b", "DIR"), ValueKind::kFolder);
  EXPECT_EQ(KindOf("--c", "SERIAL|FILE..."), ValueKind::kSerialOrFile);
  EXPECT_EQ(KindOf("--d", "SPIFFE-ID"), ValueKind::kIdentity);
  EXPECT_EQ(KindOf("--e", "HOST:PORT"), ValueKind::kAddress);
  EXPECT_EQ(KindOf("--f", "TIME"), ValueKind::kText);
}

TEST_F(ValueKindTest, NamesSayTheKindWhereTypesDoNot) {
  EXPECT_EQ(KindOf("--profile", "NAME"), ValueKind::kProfile);
  EXPECT_EQ(KindOf("--server-name", "NAME"), ValueKind::kText);
  EXPECT_EQ(KindOf("name", "NAME"), ValueKind::kContext);
  // A name that is made up.
  CLI::App* const add = group_->add_subcommand("add");
  EXPECT_EQ(ValueKindOf(*add, *add->add_option("name", value_)->type_name("NAME")),
            ValueKind::kText);
  CLI::App* const revoke = app_.add_subcommand("token")->add_subcommand("revoke");
  EXPECT_EQ(ValueKindOf(*revoke, *revoke->add_option("ids", value_)->type_name("ID...")),
            ValueKind::kTokenId);
}

}  // namespace
}  // namespace fleetca::client
