#include "service/time/clock_rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/errors.h"
#include "service/time/time_keeper.h"
#include "store/memory/memory_store.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_time_witness.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::IsOk;
using ::testing::AllOf;
using ::testing::HasSubstr;

class ClockRuleTest : public ::testing::Test {
 protected:
  // What a start makes; the store stays.
  void Restart() { rule_ = std::make_unique<ClockRule>(clock_, witness_, store_, ClockLimits()); }

  // The time goes by, the server notes it.
  void Run(absl::Duration time) {
    clock_.Advance(time);
    const absl::StatusOr<absl::Time> now = rule_->Now();
    ASSERT_THAT(now, IsOk());
    ASSERT_THAT(store_.NoteTime(*now), IsOk());
  }

  void ExpectBelieved() {
    const absl::StatusOr<absl::Time> now = rule_->Now();
    ASSERT_THAT(now, IsOk());
    EXPECT_EQ(*now, clock_.Now());
  }

  void ExpectRefused(absl::string_view why) {
    const absl::Status status = rule_->Now().status();
    EXPECT_THAT(status, IsError(absl::StatusCode::kUnavailable, Reason::kClockRefused));
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr(std::string(why)), HasSubstr("set-clock --i-checked-the-time"),
                      HasSubstr(absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", clock_.Now(),
                                                 absl::UTCTimeZone()))));
  }

  testing::FakeClock clock_;
  testing::FakeTimeWitness witness_{clock_};
  store::MemoryStore store_;
  std::unique_ptr<ClockRule> rule_ =
      std::make_unique<ClockRule>(clock_, witness_, store_, ClockLimits());
};

TEST_F(ClockRuleTest, ANewStoreBelievesTheClock) { ExpectBelieved(); }

TEST_F(ClockRuleTest, TimeThatPassesIsBelieved) {
  for (int day = 0; day < 30; ++day) {
    ASSERT_NO_FATAL_FAILURE(Run(absl::Hours(24)));
  }
}

TEST_F(ClockRuleTest, BackByMoreThanFiveMinutesIsRefused) {
  ASSERT_NO_FATAL_FAILURE(Run(absl::Hours(1)));
  witness_.SetClock(-absl::Minutes(5));
  ExpectBelieved();
  witness_.SetClock(-absl::Milliseconds(1));
  ExpectRefused("set back");
  witness_.SetClock(-absl::Hours(1));
  ExpectRefused("set back");
  witness_.SetClock(-absl::Hours(72));
  ExpectRefused("set back");
  // A restart changes nothing, nor does a time service.
  witness_.vouches = true;
  Restart();
  ExpectRefused("set back");
  witness_.SetClock(absl::Hours(73) + absl::Minutes(5));
  ExpectBelieved();
}

TEST_F(ClockRuleTest, AheadByMoreThanADayIsRefused) {
  ASSERT_NO_FATAL_FAILURE(Run(absl::Hours(1)));
  witness_.SetClock(absl::Hours(24));
  ExpectBelieved();
  witness_.SetClock(absl::Milliseconds(1));
  ExpectRefused("set ahead");
  // Not in steps either.
  clock_.Advance(absl::Hours(10));
  ExpectRefused("set ahead");
  witness_.SetClock(-absl::Hours(24));
  ExpectBelieved();
}

TEST_F(ClockRuleTest, ASuspendOfAnyLengthIsBelieved) {
  ASSERT_NO_FATAL_FAILURE(Run(absl::Hours(1)));
  clock_.Advance(absl::Hours(24));
  ExpectBelieved();
  clock_.Advance(absl::Hours(24 * 30));
  ExpectBelieved();
}

TEST_F(ClockRuleTest, AtTheStartALongSilenceTakesATimeServiceOrAnOperator) {
  ASSERT_NO_FATAL_FAILURE(Run(absl::Hours(1)));
  clock_.Advance(absl::Hours(24));
  Restart();
  ExpectBelieved();
  clock_.Advance(absl::Hours(24) + absl::Seconds(1));
  Restart();
  ExpectRefused("off for long");
  witness_.vouches = true;
  ExpectBelieved();
  // From then on by the uptime.
  witness_.vouches = false;
  ExpectBelieved();
  Restart();
  ExpectRefused("off for long");
  ASSERT_THAT(store_.ResetLatestTime(clock_.Now()), IsOk());
  ExpectBelieved();
}

// The store noted 2029 while the clock was ahead; the operator's word is the way back.
TEST_F(ClockRuleTest, AClockThatWasAheadOnceIsRefusedUntilAnOperatorSays) {
  ASSERT_THAT(store_.NoteTime(clock_.Now() + absl::Hours(24 * 1000)), IsOk());
  ExpectRefused("ahead once");
  Restart();
  ExpectRefused("ahead once");
  ASSERT_THAT(store_.ResetLatestTime(clock_.Now()), IsOk());
  ExpectBelieved();
}

TEST_F(ClockRuleTest, TheTimeKeeperNotesTheTimeAndNothingThatIsRefused) {
  const absl::Time start = clock_.Now();
  {
    const auto keeper = TimeKeeper::Start(*rule_, store_);
    ASSERT_TRUE(keeper.ok()) << keeper.status();
    EXPECT_EQ(store_.latest_time(), start) << "before the first request";
    clock_.Advance(absl::Hours(2));
  }
  EXPECT_EQ(store_.latest_time(), start + absl::Hours(2)) << "and at the end";
  witness_.SetClock(absl::Hours(48));
  ASSERT_TRUE(TimeKeeper::Start(*rule_, store_).ok());
  EXPECT_EQ(store_.latest_time(), start + absl::Hours(2));
}

TEST(TimeWitnessTest, UptimeRises) {
  const absl::Duration before = TimeWitness::System().Uptime();
  EXPECT_GT(before, absl::ZeroDuration());
  EXPECT_GE(TimeWitness::System().Uptime(), before);
  EXPECT_FALSE(TimeWitness::System().Vouches(absl::FromUnixSeconds(1900000000)));
}

}  // namespace
}  // namespace fleetca::service
