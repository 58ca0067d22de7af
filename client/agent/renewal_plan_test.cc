#include "client/agent/renewal_plan.h"

#include <string>

#include "absl/time/civil_time.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);
// Monday 2026-06-01 00:00 UTC.
const absl::Time kMonday = absl::FromCivil(absl::CivilDay(2026, 6, 1), absl::UTCTimeZone());
const PlannedCertificate kTenDays{.not_before = kMonday, .not_after = kMonday + kDay * 10};

RenewalInfo Info(absl::Time start, absl::Time end) {
  return {.window_start = start, .window_end = end, .retry_after = absl::Hours(3)};
}

TEST(RenewalPlanTest, TheFirstPlanIsTheUsualWindowAndTheFractionOfIt) {
  const RenewalPlan plan = FirstPlan(kTenDays, 0.4, {}, kMonday);
  EXPECT_EQ(plan.window_start, kMonday + kDay * 5);
  EXPECT_EQ(plan.window_end, kMonday + kDay * 7.5);
  EXPECT_EQ(plan.renew_at, kMonday + kDay * 6);
  EXPECT_EQ(plan.ask_at, kMonday + absl::Seconds(42));
}

TEST(RenewalPlanTest, TheWindowOfAShortCertificateIsAskedForEarlyInItsLife) {
  const RenewalPlan plan =
      FirstPlan({.not_before = kMonday, .not_after = kMonday + absl::Minutes(1)}, 1, {}, kMonday);
  EXPECT_EQ(plan.ask_at, kMonday + absl::Seconds(6));
}

TEST(RenewalPlanTest, AnExplanationOfMegabytesIsNotKept) {
  const RenewalPlan first = FirstPlan(kTenDays, 0.5, {}, kMonday);
  RenewalInfo info = Info(kMonday + kDay * 2, kMonday + kDay * 4);
  info.explanation_url = "https://a/" + std::string(2038, 'w');
  EXPECT_EQ(PlanWith(info, first, kTenDays, {}, kMonday).explanation_url, info.explanation_url);
  info.explanation_url += 'w';
  EXPECT_EQ(PlanWith(info, first, kTenDays, {}, kMonday).explanation_url, "");
}

TEST(RenewalPlanTest, TheFractionStaysWhenTheWindowMoves) {
  const RenewalPlan first = FirstPlan(kTenDays, 0.5, {}, kMonday);
  RenewalPlan plan =
      PlanWith(Info(kMonday + kDay * 2, kMonday + kDay * 4), first, kTenDays, {}, kMonday + kDay);
  EXPECT_EQ(plan.renew_at, kMonday + kDay * 3);
  EXPECT_EQ(plan.ask_at, kMonday + kDay + absl::Hours(3));
  // Whoever looks often does not draw again, and so does not drift to the start of it.
  for (int i = 0; i < 100; ++i) {
    plan =
        PlanWith(Info(kMonday + kDay * 2, kMonday + kDay * 4), plan, kTenDays, {}, kMonday + kDay);
  }
  EXPECT_EQ(plan.renew_at, kMonday + kDay * 3);
}

TEST(RenewalPlanTest, AWindowInThePastMeansNowWhateverTheMaintenanceWindowsAre) {
  const MaintenanceWindows sundays({{kDay * 6, kDay * 7}});
  const absl::Time now = kMonday + kDay;
  const RenewalPlan first = FirstPlan(kTenDays, 0.5, sundays, kMonday);
  EXPECT_EQ(
      PlanWith(Info(kMonday, kMonday + absl::Hours(1)), first, kTenDays, sundays, now).renew_at,
      now);
  // The turn of an early renewal is a second, and it has come.
  EXPECT_EQ(PlanWith(Info(now, now + absl::Seconds(1)), first, kTenDays, sundays, now).renew_at,
            now);
}

TEST(RenewalPlanTest, RenewalWaitsForAMaintenanceWindow) {
  const MaintenanceWindows sundays({{kDay * 6, kDay * 7}});
  EXPECT_EQ(FirstPlan(kTenDays, 0.2, sundays, kMonday).renew_at, kMonday + kDay * 6);
  // In it: where in the window the fraction says.
  EXPECT_EQ(FirstPlan(kTenDays, 0.5, sundays, kMonday).renew_at, kMonday + kDay * 6.25);
}

TEST(RenewalPlanTest, AMaintenanceWindowBeforeItIsTakenWhereTheNextOneComesTooLate) {
  const MaintenanceWindows saturdays({{kDay * 5, kDay * 6}});
  EXPECT_EQ(FirstPlan(kTenDays, 1, saturdays, kMonday).renew_at, kMonday + kDay * 5);
}

TEST(RenewalPlanTest, ACertificateThatWouldEndBeforeTheNextOneDoesNotWait) {
  const MaintenanceWindows mondays({{absl::ZeroDuration(), absl::Hours(1)}});
  const RenewalPlan plan =
      FirstPlan({.not_before = kMonday, .not_after = kMonday + kDay * 4}, 0.5, mondays, kMonday);
  EXPECT_EQ(plan.renew_at, kMonday + kDay * 2.5);
}

TEST(RenewalPlanTest, WhatIsOverdueStillWaitsForAMaintenanceWindow) {
  const MaintenanceWindows sundays({{kDay * 6, kDay * 7}});
  const RenewalPlan first = FirstPlan(kTenDays, 0, sundays, kMonday);
  const absl::Time now = kMonday + kDay * 7.5;
  // The window is not past, the point in it is, and so is Sunday: the end is near enough.
  const RenewalPlan plan =
      PlanWith(Info(kMonday + kDay * 5, kMonday + kDay * 8), first, kTenDays, sundays, now);
  EXPECT_EQ(plan.renew_at, now);
}

TEST(RenewalPlanTest, NoWindowPostponesTheLastTenthOfALife) {
  const RenewalPlan first = FirstPlan(kTenDays, 0.5, {}, kMonday);
  EXPECT_EQ(PlanWith(Info(kMonday + kDay * 20, kMonday + kDay * 30), first, kTenDays, {}, kMonday)
                .renew_at,
            kMonday + kDay * 9);
}

TEST(RenewalPlanTest, WithoutAnAnswerItIsAskedAgainLaterAndLater) {
  const RenewalPlan first = FirstPlan(kTenDays, 0.5, {}, kMonday);
  const auto asked_after = [&](int failures, absl::Duration interval, const absl::Status& why) {
    const RenewalPlan plan = PlanWithout(first, why, failures, interval, kMonday);
    EXPECT_EQ(plan.renew_at, first.renew_at);
    return plan.ask_at - kMonday;
  };
  const absl::Status away = Unavailable(Reason::kServerUnreachable, "away");
  EXPECT_EQ(asked_after(1, kUsualAskInterval, away), absl::Minutes(1));
  EXPECT_EQ(asked_after(3, kUsualAskInterval, away), absl::Minutes(4));
  EXPECT_EQ(asked_after(1000, kUsualAskInterval, away), absl::Hours(6));
  // Where the CA is asked more often, for orders to be heard of sooner, also after it was away.
  EXPECT_EQ(asked_after(1000, absl::Minutes(10), away), absl::Minutes(10));
  EXPECT_EQ(asked_after(1000, absl::ZeroDuration(), away), absl::Minutes(1));
  EXPECT_EQ(asked_after(1000, kDay, away), absl::Hours(6));
  // One that is too busy says for how long.
  EXPECT_EQ(asked_after(1, kUsualAskInterval, WithRetryDelay(away, absl::Minutes(20))),
            absl::Minutes(20));
  EXPECT_EQ(asked_after(1, kUsualAskInterval, WithRetryDelay(away, kDay * 365)), absl::Hours(1));
}

}  // namespace
}  // namespace fleetca::client
