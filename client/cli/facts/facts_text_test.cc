#include "client/cli/facts/facts_text.h"

#include <cstdio>
#include <string>

#include "client/cli/terminal/testing/on_terminal.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const absl::Time kNow = absl::FromUnixSeconds(1'780'315'200);

TEST(ValidityInWordsTest, BeforeWithinAndAfter) {
  const absl::Time not_before = kNow;
  const absl::Time not_after = kNow + absl::Hours(24);
  EXPECT_EQ(ValidityInWords(not_before, not_after, kNow - absl::Minutes(5)), "valid in 5 minutes");
  EXPECT_EQ(ValidityInWords(not_before, not_after, kNow), "expires in 1 day");
  // The last second of validity counts.
  EXPECT_EQ(ValidityInWords(not_before, not_after, not_after), "expires in 0 seconds");
  EXPECT_EQ(ValidityInWords(not_before, not_after, not_after + absl::Hours(49)),
            "expired 2 days 1 hour ago");
}

TEST(CertificateToTextTest, ADateAheadIsADoubtOfTheClock) {
  CertificateFacts facts;
  facts.not_before = kNow + absl::Hours(24 * 2525);
  facts.not_after = facts.not_before + absl::Hours(1);
  EXPECT_THAT(CertificateToText(facts, kNow),
              HasSubstr("this machine's clock says 2026-06-01 12:00:00 UTC: is it right?"));
  EXPECT_EQ(DoubtOfClock(kNow, kNow), "");
}

TEST(TextLineTest, AValueMakesNoLineAndTurnsNone) {
  EXPECT_EQ(TextLine("Host", "a\n  Chain ok\u202e\xc2\x9b"),
            "  Host            a\\n  Chain ok\\u202e\\u009b\n");
  EXPECT_EQ(TextLines("Names", {"a", "b\rc"}), "  Names           a\n                  b\\rc\n");
}

TEST(CertificateToTextTest, SaysWhatIsEmptyAndLeavesOutWhatIsAbsent) {
  CertificateFacts facts;
  facts.not_before = kNow;
  facts.not_after = kNow + absl::Hours(1);
  facts.is_ca = true;
  facts.path_length = 0;
  facts.other_extensions = {{"1.2.3", true, 7}};
  const std::string text = CertificateToText(facts, kNow);
  EXPECT_THAT(text, HasSubstr("  Subject         (empty)\n"));
  EXPECT_THAT(text, HasSubstr("  Names           (none)\n"));
  EXPECT_THAT(text, HasSubstr("  Not before      2026-06-01 12:00:00 UTC\n"));
  EXPECT_THAT(text, HasSubstr("  CA              yes, with at most 0 CA certificates below\n"));
  EXPECT_THAT(text, HasSubstr("  Extension       1.2.3, critical, 7 octets\n"));
  EXPECT_THAT(text, Not(HasSubstr("Key usage")));
  EXPECT_THAT(text, Not(HasSubstr("Purposes")));
}

TEST(CertificateToTextTest, ColoursWhatHasExpiredAndWhatEndsSoonOnATerminal) {
  CertificateFacts facts;
  facts.not_before = kNow;
  facts.not_after = kNow + absl::Hours(24);
  const auto shown = [&facts](absl::Time now) {
    return ShownOnTerminal(
        80, 24, [&facts, now] { std::fputs(CertificateToText(facts, now).c_str(), stdout); });
  };
  EXPECT_THAT(shown(kNow), Not(HasSubstr("\033")));
  EXPECT_THAT(
      shown(kNow + absl::Hours(23)),
      HasSubstr("  Not after       \033[33m2026-06-02 12:00:00 UTC, expires in 1 hour\033[0m\n"));
  EXPECT_THAT(shown(kNow + absl::Hours(25)),
              HasSubstr("\033[31m2026-06-02 12:00:00 UTC, expired 1 hour ago\033[0m\n"));
  EXPECT_THAT(CertificateToText(facts, kNow + absl::Hours(25)), Not(HasSubstr("\033")));
}

}  // namespace
}  // namespace fleetca::client
