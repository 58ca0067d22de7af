#include "client/cli/terminal/table.h"

#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "client/cli/terminal/display_text.h"
#include "client/cli/terminal/testing/on_terminal.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

constexpr char kLongName[] = "spiffe://fleet.example/svc/a-service-of-a-long-name";

Table TwoTokens() {
  Table table({{.heading = "ID"},
               {.heading = "STATE"},
               {.heading = "USES", .right = true},
               {.heading = "IDENTITY", .may_be_cut = true}});
  table.Add({Cell("0011"), Cell("usable", Meaning::kGood), Cell("1"), Cell(kLongName)});
  table.Add({Cell("2233"), Cell("expired", Meaning::kBad), Cell("100"), Cell("")});
  return table;
}

// At a terminal of `columns` columns.
std::string Shown(const Table& table, int columns) {
  return ShownOnTerminal(columns, 24, [&table] { std::fputs(table.Text().c_str(), stdout); });
}

TEST(TableTest, IsAsWideAsItNeedsWhereNoTerminalIs) {
  EXPECT_EQ(TwoTokens().Text(),
            "ID    STATE    USES  IDENTITY\n"
            "0011  usable      1  spiffe://fleet.example/svc/a-service-of-a-long-name\n"
            "2233  expired   100  -\n");
}

TEST(TableTest, HasItsHeadingsWithoutRows) {
  EXPECT_EQ(Table({{.heading = "ID"}, {.heading = "STATE"}}).Text(), "ID  STATE\n");
}

TEST(TableTest, CutsWhatMayBeCutOnANarrowTerminal) {
  const std::string shown = ShownOnTerminal(40, 24, [] {
    const ScopedVariable without("NO_COLOR", "1");
    std::fputs(TwoTokens().Text().c_str(), stdout);
  });
  EXPECT_EQ(shown,
            "ID    STATE    USES  IDENTITY\n"
            "0011  usable      1  spiffe://fleet.exa…\n"
            "2233  expired   100  -\n");
}

TEST(TableTest, CutsNothingBelowItsHeadingAndNothingElse) {
  const std::string shown = Shown(TwoTokens(), 10);
  EXPECT_TRUE(absl::StrContains(shown, "spiffe:…\n")) << shown;
  EXPECT_TRUE(absl::StrContains(shown, "0011")) << shown;
}

TEST(TableTest, TakesTheWidthThatColumnsSays) {
  const std::string shown = ShownOnTerminal(200, 24, [] {
    const ScopedVariable columns("COLUMNS", "40");
    std::fputs(TwoTokens().Text().c_str(), stdout);
  });
  EXPECT_TRUE(absl::StrContains(shown, "spiffe://fleet.exa…\n")) << shown;
}

TEST(TableTest, DoesNotCutForColumnsWhereNoTerminalIs) {
  const ScopedVariable columns("COLUMNS", "40");
  EXPECT_TRUE(absl::StrContains(TwoTokens().Text(), kLongName));
}

TEST(TableTest, IsColouredByMeaningOnATerminal) {
  const std::string shown = Shown(TwoTokens(), 100);
  EXPECT_TRUE(absl::StrContains(shown, "\033[32musable")) << shown;
  EXPECT_TRUE(absl::StrContains(shown, "\033[31mexpired")) << shown;
}

TEST(TableTest, HasNoColoursOnADumbTerminal) {
  const std::string shown = ShownOnTerminal(100, 24, [] {
    const ScopedVariable term("TERM", "dumb");
    std::fputs(TwoTokens().Text().c_str(), stdout);
  });
  EXPECT_FALSE(absl::StrContains(shown, "\033")) << shown;
}

TEST(TableTest, KeepsColumnsStraightBesideWideAndCombiningCharacters) {
  Table table({{.heading = "NAME"}, {.heading = "STATE"}});
  table.Add({Cell("日本"), Cell("1")});
  table.Add({Cell("e\u0301te\u0301"), Cell("2")});
  EXPECT_EQ(table.Text(),
            "NAME  STATE\n"
            "日本  1\n"
            "e\u0301te\u0301   2\n");
}

TEST(TableTest, ShowsControlCharactersEscaped) {
  Table table({{.heading = "NAME"}, {.heading = "STATE"}});
  table.Add({Cell("a\033[2J\nb"), Cell("\\x41")});
  EXPECT_EQ(table.Text(),
            "NAME         STATE\n"
            "a\\x1b[2J\\nb  \\x41\n");
}

TEST(TableTest, FitsLinesOfManyRows) {
  Table table({{.heading = "A", .may_be_cut = true}, {.heading = "B", .may_be_cut = true}});
  for (size_t i = 0; i < 50; ++i) {
    table.Add({Cell(std::string(i, 'a')), Cell(std::string(100 - i, 'b'))});
  }
  const std::string shown = Shown(table, 60);
  const Utf8Characters utf8;
  for (const absl::string_view line : absl::StrSplit(shown, '\n')) {
    EXPECT_LE(DisplayWidth(line), 60u) << line;
  }
}

}  // namespace
}  // namespace fleetca::client
