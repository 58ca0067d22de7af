#include "service/policy/dns_regex.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using fleetca::testing::IsInvalid;
using ::testing::HasSubstr;

DnsRegex Parse(absl::string_view pattern) {
  auto regex = DnsRegex::Parse(pattern, std::vector<std::string>{"zone", "name"});
  EXPECT_TRUE(regex.ok()) << regex.status();
  return *std::move(regex);
}

TEST(DnsRegexTest, MatchesTheWholeName) {
  const DnsRegex regex = Parse("web-[0-9]+\\.fleet\\.example|x");
  const CapturedTexts texts = {"z1", "web"};
  EXPECT_TRUE(regex.Matches("web-17.fleet.example", texts));
  EXPECT_TRUE(regex.Matches("x", texts));
  EXPECT_FALSE(regex.Matches("web-17.fleet.example.evil", texts));
  EXPECT_FALSE(regex.Matches("a.web-17.fleet.example", texts));
  EXPECT_FALSE(regex.Matches("", texts));
}

TEST(DnsRegexTest, ANamedGroupIsJustTheCapturedText) {
  const DnsRegex regex = Parse("(?P<name>[a-z.]+)-[0-9]+\\.(?P<zone>[a-z0-9]+)\\.example");
  EXPECT_TRUE(regex.Matches("web-1.z1.example", {"z1", "web"}));
  EXPECT_TRUE(regex.Matches("we.b-1.z1.example", {"z1", "we.b"}));
  EXPECT_FALSE(regex.Matches("web-1.z2.example", {"z1", "web"}));
  EXPECT_FALSE(regex.Matches("db-1.z1.example", {"z1", "web"}));
  EXPECT_FALSE(regex.Matches("webb-1.z1.example", {"z1", "web"}));
  EXPECT_FALSE(regex.Matches("web-1.z1.example", {"web", "z1"}));
}

TEST(DnsRegexTest, AGroupThatTookNoPartDoesNotMatch) {
  const DnsRegex regex = Parse("(?:(?P<name>[a-z]+)|[0-9]+)\\.example");
  EXPECT_TRUE(regex.Matches("web.example", {"z", "web"}));
  EXPECT_FALSE(regex.Matches("123.example", {"z", "web"}));
}

// Of two groups with one name only the first would be looked at.
TEST(DnsRegexTest, ACaptureNamesOneGroup) {
  const std::vector<std::string> captures = {"zone", "name"};
  for (const char* pattern : {"(?P<name>a+)-(?P<name>[a-z]+)", "(?P<name>a+)|(?P<name>[a-z]+)"}) {
    EXPECT_THAT(DnsRegex::Parse(pattern, captures), IsInvalid(Reason::kConfigInvalid, ""));
  }
}

// Exponential with backtracking: 2^60 steps. Here it is linear, so the test ends.
TEST(DnsRegexTest, CatastrophicPatternIsLinear) {
  const DnsRegex regex = Parse("(a+)+(?P<name>b)?(a*)*(a|aa)+c");
  EXPECT_FALSE(regex.Matches(std::string(250, 'a'), {"z", "b"}));
  EXPECT_FALSE(Parse("(x+x+)+y").Matches(std::string(250, 'x'), {"z", "b"}));
}

TEST(DnsRegexTest, RefusesWhatRe2Refuses) {
  for (const std::string& pattern :
       {std::string("("), std::string("a{2,1}"), std::string("(a)\\1"), std::string("(?=a)"),
        std::string(""), std::string(513, 'a'), std::string("((a{100}){100}){100}"),
        std::string("\xff"), std::string("[z-a]")}) {
    EXPECT_THAT(DnsRegex::Parse(pattern, {}), IsInvalid(Reason::kConfigInvalid, "")) << pattern;
  }
  EXPECT_THAT(std::string(DnsRegex::Parse("(", {}).status().message()), HasSubstr("RE2"));
}

// It would match any text where the operator meant the captured one.
TEST(DnsRegexTest, AGroupThatIsNoCaptureIsRefused) {
  const std::vector<std::string> captures = {"name"};
  const absl::Status status =
      DnsRegex::Parse("(?P<nmae>[a-z]+)\\.fleet\\.example", captures).status();
  EXPECT_THAT(status, IsInvalid(Reason::kConfigInvalid, ""));
  EXPECT_THAT(std::string(status.message()), HasSubstr("nmae"));
  EXPECT_TRUE(DnsRegex::Parse("([a-z]+)\\.fleet\\.example", captures).ok());
}

}  // namespace
}  // namespace fleetca::service
