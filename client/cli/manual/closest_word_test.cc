#include "client/cli/manual/closest_word.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

const std::vector<std::string>& Commands() {
  static const auto* const commands =
      new std::vector<std::string>{"issue", "get", "inspect", "list", "remove", "revoke"};
  return *commands;
}

TEST(ClosestWordTest, CountsMistakes) {
  EXPECT_EQ(EditDistance("", ""), 0);
  EXPECT_EQ(EditDistance("issue", "issue"), 0);
  EXPECT_EQ(EditDistance("", "get"), 3);
  EXPECT_EQ(EditDistance("isue", "issue"), 1);
  EXPECT_EQ(EditDistance("issuee", "issue"), 1);
  EXPECT_EQ(EditDistance("issie", "issue"), 1);
  EXPECT_EQ(EditDistance("issuse", "issue"), 1);
  EXPECT_EQ(EditDistance("isseu", "issue"), 1) << "two letters that changed places";
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3);
}

TEST(ClosestWordTest, FindsWhatWasMeant) {
  EXPECT_EQ(ClosestWord("isue", Commands()), "issue");
  EXPECT_EQ(ClosestWord("inpsect", Commands()), "inspect");
  EXPECT_EQ(ClosestWord("lst", Commands()), "list");
  EXPECT_EQ(ClosestWord("revoek", Commands()), "revoke");
  EXPECT_EQ(ClosestWord("insp", Commands()), "inspect") << "a beginning";
}

TEST(ClosestWordTest, DoesNotGuessWildly) {
  EXPECT_EQ(ClosestWord("delete", Commands()), "");
  EXPECT_EQ(ClosestWord("re", Commands()), "");
  EXPECT_EQ(ClosestWord("", Commands()), "");
  EXPECT_EQ(ClosestWord("x", Commands()), "");
  EXPECT_EQ(ClosestWord(std::string(1000, 'i'), Commands()), "");
  EXPECT_EQ(ClosestWord("issue", {}), "");
}

}  // namespace
}  // namespace fleetca::client
