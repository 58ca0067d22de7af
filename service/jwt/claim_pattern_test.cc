#include "service/jwt/claim_pattern.h"

#include <gtest/gtest.h>

#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsInvalid;
using ::testing::ElementsAre;
using ::testing::Pair;

ClaimPattern Pattern(absl::string_view text) {
  absl::StatusOr<ClaimPattern> pattern = ClaimPattern::Parse(text);
  EXPECT_TRUE(pattern.ok()) << pattern.status();
  return *std::move(pattern);
}

bool Matches(absl::string_view pattern, absl::string_view text) {
  ClaimCaptures captures;
  return Pattern(pattern).Matches(text, &captures);
}

TEST(ClaimPatternTest, CapturesWhatStandsBetween) {
  const ClaimPattern pattern = Pattern("system:serviceaccount:{namespace}:{name}");
  EXPECT_THAT(pattern.captures(), ElementsAre("namespace", "name"));
  ClaimCaptures captures;
  ASSERT_TRUE(pattern.Matches("system:serviceaccount:prod:web-1.a_B", &captures));
  EXPECT_THAT(captures, ElementsAre(Pair("name", "web-1.a_B"), Pair("namespace", "prod")));
  captures.clear();
  ASSERT_TRUE(Pattern("svc-{name}").Matches("svc-svc-", &captures));
  EXPECT_THAT(captures, ElementsAre(Pair("name", "svc-")));
}

TEST(ClaimPatternTest, MatchesTheWholeTextAlone) {
  EXPECT_TRUE(Matches("web", "web"));
  EXPECT_TRUE(Matches("::", "::"));
  EXPECT_TRUE(Matches("{a}@x.test", "web@x.test"));
  for (const absl::string_view text :
       {"", "we", "webs", "Web", " web", "web ", "web\n", "web:", ":web"}) {
    EXPECT_FALSE(Matches("web", text)) << text;
  }
  for (const absl::string_view text :
       {"a:b:", "a::b", ":a:b", "a:b", "a:x:b:c", "a:x:b/c", "a:x:b%2f", "a:x:\xc3\xa4", "a:x:b c",
        "a:x:", "a::", "a:.:b", "a:x:..", "a:x:b\n"}) {
    EXPECT_FALSE(Matches("a:{x}:{y}", text)) << text;
  }
  EXPECT_TRUE(Matches("a:{x}:{y}", "a:...:b"));
  EXPECT_FALSE(Matches("svc-{x}", "svc-"));
}

TEST(ClaimPatternTest, RefusesWhatCouldMatchInTwoWays) {
  for (const absl::string_view text :
       {"", "{a}{b}", "{a}b", "{a}-{b}", "{a}.x", "{a}:{a}", "{a", "a}", "}", "{}", "{A}", "{1a}",
        "{a b}", "{a}}", "{{a}", "a:{b}c:d"}) {
    EXPECT_THAT(ClaimPattern::Parse(text), IsInvalid(Reason::kConfigInvalid, "")) << text;
  }
  EXPECT_THAT(ClaimPattern::Parse("{" + std::string(33, 'a') + "}"),
              IsInvalid(Reason::kConfigInvalid, ""));
}

TEST(ClaimPatternTest, KnowsWhichPatternsOverlap) {
  const struct {
    absl::string_view a, b;
    bool overlap;
  } cases[] = {
      {"web", "web", true},      {"web", "api", false},          {"{a}", "web", true},
      {"{a}", "web:", false},    {"{a}:x", "web:{b}", true},     {"{a}:x", "web:y", false},
      {"svc-{a}", "{b}", true},  {"svc-{a}", "svc-x", true},     {"svc-{a}", "svc-", false},
      {"svc-{a}", "svc", false}, {"svc-{a}", "host-{b}", false}, {"svc-{a}", "svc-x{b}", true},
      {"{a}:{b}", "{a}", false}, {"{a}:{b}", "{a}/{b}", false},  {"a:{x}", "a::{x}", false},
      {":{x}", "{y}:z", false},
  };
  for (const auto& pair : cases) {
    EXPECT_EQ(Pattern(pair.a).Overlaps(Pattern(pair.b)), pair.overlap) << pair.a << " " << pair.b;
    EXPECT_EQ(Pattern(pair.b).Overlaps(Pattern(pair.a)), pair.overlap) << pair.b << " " << pair.a;
  }
}

}  // namespace
}  // namespace fleetca::service
