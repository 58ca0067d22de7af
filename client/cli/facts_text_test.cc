#include "client/cli/facts_text.h"

#include <string>

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

}  // namespace
}  // namespace fleetca::client
