#include "service/policy/regex_ends.h"

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "service/policy/dns_regex.h"

namespace fleetca::service {
namespace {

TEST(RegexEndsTest, ReadsWhatIsWrittenOut) {
  const struct {
    const char* pattern;
    const char* prefix;
    const char* suffix;
  } cases[] = {
      {"web\\.fleet\\.example", "web.fleet.example", "web.fleet.example"},
      {"^web\\.example$", "web.example", "web.example"},
      {"r1-[0-9]+\\.fleet\\.example", "r1-", ".fleet.example"},
      {"(?P<name>[a-z]+)-x\\.example", "", "-x.example"},
      {"a(b|c)d", "a", "d"},
      {"a(?:b(c)d)e", "a", "e"},
      {"ab*cd", "a", "cd"},
      {"ab+", "a", ""},
      {"ab{2,3}c", "a", "c"},
      {"a.b", "a", "b"},
      {"a\\db", "a", "b"},
      {"[]a]b", "", "b"},
      {"[^]a]b", "", "b"},
      {"[[:alpha:]]b", "", "b"},
      {"[\\]]b", "", "b"},
      {"a[-a-z0-9]*b", "a", "b"},
      // Nothing is known of these.
      {"a|b", "", ""},
      {"web\\.example|ca\\.example", "", ""},
      {"(?i)web", "", ""},
      {"\\x41b", "", ""},
      {"\\Qa.b\\E", "", ""},
      {"\\pLb", "", ""},
      {"a\\zb", "", ""},
      {"a$b", "", ""},
      {"a{x}b", "", ""},
      {"ab{", "", ""},
      {"a\xc3\xa4*b", "", ""},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(EndsOf(test.pattern).prefix, test.prefix) << test.pattern;
    EXPECT_EQ(EndsOf(test.pattern).suffix, test.suffix) << test.pattern;
  }
}

// Whatever an expression of such characters matches begins and ends so.
TEST(RegexEndsTest, IsTrueOfEveryMatch) {
  constexpr char kPattern[] = "ab.|*+?()[]\\-^${}1";
  constexpr char kText[] = "ab.-1";
  uint32_t state = 1;
  const auto next = [&state](size_t count) {
    state = state * 1664525 + 1013904223;
    return (state >> 16) % count;
  };
  const auto random = [&](const char* from, size_t kinds, size_t longest) {
    std::string text;
    for (size_t i = next(longest + 1); i > 0; --i) {
      text += from[next(kinds)];
    }
    return text;
  };
  int matches = 0;
  for (int i = 0; i < 200000; ++i) {
    const std::string pattern = random(kPattern, sizeof(kPattern) - 1, 8);
    const absl::StatusOr<DnsRegex> regex = DnsRegex::Parse(pattern, {});
    if (!regex.ok()) {
      continue;
    }
    const RegexEnds ends = EndsOf(pattern);
    for (int k = 0; k < 5; ++k) {
      const std::string text = random(kText, sizeof(kText) - 1, 4);
      if (regex->Matches(text, {})) {
        ++matches;
        ASSERT_EQ(text.substr(0, ends.prefix.size()), ends.prefix) << pattern << " " << text;
        ASSERT_TRUE(text.size() >= ends.suffix.size() &&
                    text.substr(text.size() - ends.suffix.size()) == ends.suffix)
            << pattern << " " << text;
      }
    }
  }
  EXPECT_GT(matches, 1000);
}

}  // namespace
}  // namespace fleetca::service
