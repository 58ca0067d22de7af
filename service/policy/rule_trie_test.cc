#include "service/policy/rule_trie.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::service {
namespace {

using ::testing::Optional;

RuleTrie TrieOf(const std::vector<std::string>& patterns) {
  RuleTrie trie;
  for (uint32_t i = 0; i < patterns.size(); ++i) {
    EXPECT_EQ(trie.Add(*IdentityPattern::Parse(patterns[i]), i), std::nullopt) << patterns[i];
  }
  return trie;
}

TEST(RuleTrieTest, LiteralBeatsCaptureBeatsRest) {
  const RuleTrie trie = TrieOf({"/*", "/svc/*", "/svc/{name}", "/svc/web", "/{kind}/web"});
  EXPECT_THAT(trie.Find(SplitPath("/svc/web")), Optional(3u));
  EXPECT_THAT(trie.Find(SplitPath("/svc/db")), Optional(2u));
  EXPECT_THAT(trie.Find(SplitPath("/svc/db/x")), Optional(1u));
  EXPECT_THAT(trie.Find(SplitPath("/host/web")), Optional(4u));
  EXPECT_THAT(trie.Find(SplitPath("/host/db")), Optional(0u));
  EXPECT_THAT(trie.Find(SplitPath("/svc")), Optional(0u));
  EXPECT_EQ(trie.Find(SplitPath("")), std::nullopt);
}

TEST(RuleTrieTest, TheFirstDifferenceDecides) {
  // "/svc/{a}/x" has the literal later, "/svc/web/*" earlier.
  const RuleTrie trie = TrieOf({"/svc/{a}/x", "/svc/web/*", "/{k}/web/x"});
  EXPECT_THAT(trie.Find(SplitPath("/svc/web/x")), Optional(1u));
  EXPECT_THAT(trie.Find(SplitPath("/svc/db/x")), Optional(0u));
  EXPECT_THAT(trie.Find(SplitPath("/job/web/x")), Optional(2u));
}

TEST(RuleTrieTest, GoesBackFromADeadEnd) {
  const RuleTrie trie = TrieOf({"/svc/web/only/here", "/svc/{name}/only", "/svc/*"});
  EXPECT_THAT(trie.Find(SplitPath("/svc/web/only")), Optional(1u));
  EXPECT_THAT(trie.Find(SplitPath("/svc/web/only/here")), Optional(0u));
  EXPECT_THAT(trie.Find(SplitPath("/svc/web/only/there")), Optional(2u));
}

TEST(RuleTrieTest, RestIsOneSegmentOrMore) {
  const RuleTrie trie = TrieOf({"/svc/*"});
  EXPECT_EQ(trie.Find(SplitPath("/svc")), std::nullopt);
  EXPECT_THAT(trie.Find(SplitPath("/svc/a")), Optional(0u));
  EXPECT_THAT(trie.Find(SplitPath("/svc/a/b/c/d/e/f/g/h/i/j")), Optional(0u));
}

TEST(RuleTrieTest, SameShapeIsATieWhateverTheCapturesAreCalled) {
  RuleTrie trie = TrieOf({"/svc/{a}/x", "/svc/*"});
  EXPECT_THAT(trie.Add(*IdentityPattern::Parse("/svc/{b}/x"), 5), Optional(0u));
  EXPECT_THAT(trie.Add(*IdentityPattern::Parse("/svc/*"), 6), Optional(1u));
  EXPECT_EQ(trie.Add(*IdentityPattern::Parse("/svc/{b}"), 7), std::nullopt);
  EXPECT_THAT(trie.Find(SplitPath("/svc/1/x")), Optional(0u));
}

// The definition, applied to every pattern in turn.
bool Beats(const IdentityPattern& a, const IdentityPattern& b) {
  for (size_t i = 0; i < std::min(a.segments().size(), b.segments().size()); ++i) {
    if (a.segments()[i].kind != b.segments()[i].kind) {
      return a.segments()[i].kind < b.segments()[i].kind;
    }
  }
  return false;
}

bool MatchesAlone(const IdentityPattern& pattern, const PathSegments& path) {
  return pattern.Matches(path, pattern.Capture(path));
}

TEST(RuleTrieTest, AgreesWithTheDefinition) {
  std::mt19937 random(1);
  const char* kSegments[] = {"a", "b", "c", "{x}", "{y}"};
  for (int round = 0; round < 200; ++round) {
    RuleTrie trie;
    std::vector<IdentityPattern> patterns;
    for (int i = 0; i < 30; ++i) {
      std::string text;
      const int size = 1 + static_cast<int>(random() % 4);
      for (int s = 0; s < size; ++s) {
        std::string segment = kSegments[random() % 5];
        if (segment[0] == '{') {
          segment = absl::StrCat("{x", s, "}");
        }
        absl::StrAppend(&text, "/", s + 1 == size && random() % 4 == 0 ? "*" : segment);
      }
      const auto pattern = IdentityPattern::Parse(text);
      ASSERT_TRUE(pattern.ok()) << pattern.status();
      if (!trie.Add(*pattern, static_cast<uint32_t>(patterns.size())).has_value()) {
        patterns.push_back(*pattern);
      }
    }
    for (int i = 0; i < 50; ++i) {
      std::string text;
      for (int s = 1 + static_cast<int>(random() % 5); s > 0; --s) {
        absl::StrAppend(&text, "/", std::string(1, static_cast<char>('a' + random() % 4)));
      }
      const PathSegments path = SplitPath(text);
      std::optional<uint32_t> best;
      for (uint32_t p = 0; p < patterns.size(); ++p) {
        if (MatchesAlone(patterns[p], path) &&
            (!best.has_value() || Beats(patterns[p], patterns[*best]))) {
          best = p;
        }
      }
      EXPECT_EQ(trie.Find(path), best) << text;
    }
  }
}

}  // namespace
}  // namespace fleetca::service
