#include "base/mistakes.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/errors.h"

namespace fleetca {
namespace {

std::vector<std::string> Fields(const Mistakes& mistakes) {
  std::vector<std::string> fields;
  for (const absl::Status& mistake : mistakes) {
    fields.push_back(GetField(mistake));
  }
  return fields;
}

TEST(MistakesTest, EachHasItsFieldAndReason) {
  Mistakes mistakes;
  EXPECT_TRUE(mistakes.empty());
  mistakes.Add("name", "is missing");
  ASSERT_EQ(mistakes.size(), 1u);
  EXPECT_EQ(mistakes.front().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetReason(mistakes.front()), Reason::kConfigInvalid);
  EXPECT_EQ(GetField(mistakes.front()), "name");
  EXPECT_EQ(mistakes.front().message(), "is missing");
}

TEST(MistakesTest, AGoodStatusIsNotOne) {
  Mistakes mistakes;
  EXPECT_TRUE(mistakes.Check("a", absl::OkStatus()));
  EXPECT_FALSE(mistakes.Check("b", InvalidArgument(Reason::kSanInvalid, "other", "is empty")));
  EXPECT_EQ(Fields(mistakes), std::vector<std::string>{"b"});
  EXPECT_EQ(GetReason(mistakes.front()), Reason::kConfigInvalid);
}

TEST(MistakesTest, ThoseOfAPartStandBelowItsField) {
  Mistakes part;
  part.Add("", "has no rule");
  part.Add("names[1]", "is empty");
  Mistakes whole;
  whole.AddBelow("profile", part);
  whole.AddBelow("", part);
  EXPECT_EQ(Fields(whole),
            (std::vector<std::string>{"profile", "profile.names[1]", "", "names[1]"}));
}

TEST(ElementBelowTest, NamesAnElement) {
  EXPECT_EQ(ElementBelow("identities[2]", "roles", 0), "identities[2].roles[0]");
}

}  // namespace
}  // namespace fleetca
