#include "client/cli/terminal/style.h"

#include <cstdio>
#include <string>

#include "absl/time/time.h"
#include "client/cli/terminal/testing/on_terminal.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

TEST(StyleTest, ColoursOnATerminal) {
  EXPECT_EQ(ShownOnTerminal(80, 24,
                            [] { std::fputs(Coloured("expired", Meaning::kBad).c_str(), stdout); }),
            "\033[31mexpired\033[0m");
  EXPECT_EQ(ShownOnTerminal(80, 24,
                            [] { std::fputs(Coloured("valid", Meaning::kPlain).c_str(), stdout); }),
            "valid");
}

TEST(StyleTest, ColoursNothingElsewhere) {
  EXPECT_EQ(Coloured("expired", Meaning::kBad), "expired");
}

TEST(StyleTest, TakesNoColorAtItsWord) {
  for (const char* value : {"1", "0", "false"}) {
    EXPECT_EQ(ShownOnTerminal(80, 24,
                              [value] {
                                const ScopedVariable no_color("NO_COLOR", value);
                                std::fputs(Coloured("x", Meaning::kBad).c_str(), stdout);
                              }),
              "x")
        << value;
  }
  EXPECT_EQ(ShownOnTerminal(80, 24,
                            [] {
                              const ScopedVariable no_color("NO_COLOR", "");
                              std::fputs(Coloured("x", Meaning::kBad).c_str(), stdout);
                            }),
            "\033[31mx\033[0m");
}

TEST(StyleTest, ColoursNothingWhereTheTerminalIsNotKnown) {
  for (const char* value : {"dumb", "", static_cast<const char*>(nullptr)}) {
    EXPECT_EQ(ShownOnTerminal(80, 24,
                              [value] {
                                const ScopedVariable term("TERM", value);
                                std::fputs(Coloured("x", Meaning::kBad).c_str(), stdout);
                              }),
              "x");
  }
}

TEST(StyleTest, JudgesValidity) {
  const absl::Time from = absl::FromUnixSeconds(1000000);
  const absl::Time to = from + absl::Hours(100);
  EXPECT_EQ(MeaningOfValidity(from, to, from - absl::Seconds(1)), Meaning::kBad);
  EXPECT_EQ(MeaningOfValidity(from, to, from), Meaning::kPlain);
  EXPECT_EQ(MeaningOfValidity(from, to, from + absl::Hours(89)), Meaning::kPlain);
  EXPECT_EQ(MeaningOfValidity(from, to, from + absl::Hours(90)), Meaning::kWarning);
  EXPECT_EQ(MeaningOfValidity(from, to, to), Meaning::kWarning);
  EXPECT_EQ(MeaningOfValidity(from, to, to + absl::Seconds(1)), Meaning::kBad);
}

TEST(StyleTest, WarnsOfALongLifeInItsLastThirtyDays) {
  const absl::Time from = absl::FromUnixSeconds(1000000);
  const absl::Time to = from + absl::Hours(24 * 3650);
  EXPECT_EQ(MeaningOfValidity(from, to, to - absl::Hours(24 * 31)), Meaning::kPlain);
  EXPECT_EQ(MeaningOfValidity(from, to, to - absl::Hours(24 * 29)), Meaning::kWarning);
}

}  // namespace
}  // namespace fleetca::client
