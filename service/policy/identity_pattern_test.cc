#include "service/policy/identity_pattern.h"

#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using fleetca::testing::IsInvalid;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(IdentityPatternTest, TakesLiteralsCapturesAndARest) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IdentityPattern pattern,
                               IdentityPattern::Parse("/svc/{region}/{name_2}/*"));
  EXPECT_THAT(pattern.captures(), ElementsAre("region", "name_2"));
  ASSERT_EQ(pattern.segments().size(), 4u);
  EXPECT_EQ(pattern.segments()[3].kind, IdentityPattern::Kind::kRest);
  EXPECT_THAT(pattern.Capture(SplitPath("/svc/eu/web/x/y")), ElementsAre("eu", "web"));
}

TEST(IdentityPatternTest, RefusesWhatNoSpiffeIdCanMatch) {
  for (const char* text :
       {"", "/", "svc/web", "//", "/svc//web", "/svc/", "/svc/..", "/./web", "/svc/%2e",
        "/svc/we b",
        "/svc/w\xc3\xa9"
        "b",
        "/svc/\xe2\x80\xae"
        "x",
        "spiffe://fleet.example/svc", "/svc?x", "/svc#x", "/{name}/..", "/svc\n"}) {
    EXPECT_THAT(IdentityPattern::Parse(text), IsInvalid(Reason::kConfigInvalid, "")) << text;
  }
}

TEST(IdentityPatternTest, RefusesMisplacedCapturesAndStars) {
  for (const char* text :
       {"/*/web", "/svc/*/*", "/svc/web*", "/svc/**", "/svc/{}", "/svc/{a", "/svc/a}", "/svc/x{a}",
        "/svc/{a}x", "/svc/{a}{b}", "/svc/{{a}}", "/svc/{A}", "/svc/{1a}", "/svc/{a-b}", "/svc/{*}",
        "/svc/{..}", "/svc/{\xc3\xa9}", "/svc/{abcdefghijklmnopqrstuvwxyz0123456}"}) {
    EXPECT_THAT(IdentityPattern::Parse(text), IsInvalid(Reason::kConfigInvalid, "")) << text;
  }
  EXPECT_THAT(std::string(IdentityPattern::Parse("/{a}/{a}").status().message()),
              HasSubstr("twice"));
}

TEST(IdentityPatternTest, BoundsItsLength) {
  std::string text;
  for (size_t i = 0; i < kMaxPatternSegments; ++i) {
    text += "/a";
  }
  FLEETCA_EXPECT_OK(IdentityPattern::Parse(text));
  EXPECT_THAT(IdentityPattern::Parse(text + "/a"), IsInvalid(Reason::kConfigInvalid, ""));
}

TEST(IdentityPatternTest, BoundPatternMatchesTheCallersCapturesAlone) {
  const std::vector<std::string> known = {"zone", "node"};
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IdentityPattern pattern,
                               IdentityPattern::ParseBound("/svc/{node}/*", known));
  const CapturedTexts texts = {"z1", "n1"};
  EXPECT_TRUE(pattern.Matches(SplitPath("/svc/n1/web"), texts));
  EXPECT_TRUE(pattern.Matches(SplitPath("/svc/n1/web/canary"), texts));
  for (const char* path : {"/svc/n1", "/svc/n2/web", "/svc/z1/web", "/svc/n/web", "/svc/n11/web",
                           "/svc/N1/web", "/svc", "", "/job/n1/web"}) {
    EXPECT_FALSE(pattern.Matches(SplitPath(path), texts)) << path;
  }
  EXPECT_FALSE(pattern.Matches(SplitPath("/svc/n1/web"), {}));
}

TEST(IdentityPatternTest, BoundPatternWithoutRestMatchesItsLengthAlone) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IdentityPattern pattern,
                               IdentityPattern::ParseBound("/svc/web", {}));
  EXPECT_TRUE(pattern.Matches(SplitPath("/svc/web"), {}));
  EXPECT_FALSE(pattern.Matches(SplitPath("/svc/web/x"), {}));
  EXPECT_FALSE(pattern.Matches(SplitPath("/svc"), {}));
}

TEST(IdentityPatternTest, BoundPatternRefusesAnUnknownCapture) {
  const absl::Status status = IdentityPattern::ParseBound("/svc/{name}/*", {"node"}).status();
  EXPECT_THAT(status, IsInvalid(Reason::kConfigInvalid, ""));
  EXPECT_THAT(std::string(status.message()), HasSubstr("\"{name}\", which this rule's identity"));
}

}  // namespace
}  // namespace fleetca::service
