#include "client/agent/same_problem.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/time_text.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

TEST(SameProblemTest, TheTimeOfAnAttemptMakesNoOtherProblem) {
  const absl::Time now = absl::FromUnixSeconds(1'780'000'000);
  const auto at = [](absl::Time time) {
    return absl::StrCat("the clock says ", TimeToWords(time), ", and it began ",
                        TimeToWords(time + absl::Hours(1)), "; set it");
  };
  EXPECT_TRUE(IsSameProblem(at(now), at(now)));
  EXPECT_TRUE(IsSameProblem(at(now), at(now + absl::Hours(99))));
  EXPECT_FALSE(IsSameProblem(at(now), ""));
  EXPECT_FALSE(IsSameProblem(at(now), absl::StrCat(at(now), " ")));
}

TEST(SameProblemTest, OtherNumbersDo) {
  EXPECT_FALSE(IsSameProblem("exit code 1", "exit code 2"));
  EXPECT_FALSE(IsSameProblem("localhost:8443 is away", "localhost:8444 is away"));
  EXPECT_FALSE(IsSameProblem("2026-05-29 10:20:00 UTC", "2026-05-29 10:20:00"));
  EXPECT_TRUE(IsSameProblem("", ""));
}

}  // namespace
}  // namespace fleetca::client
