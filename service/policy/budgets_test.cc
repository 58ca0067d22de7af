#include "service/policy/budgets.h"

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using fleetca::testing::IsError;
using fleetca::testing::IsOk;
using ::testing::HasSubstr;

const auto kIsExhausted = IsError(absl::StatusCode::kResourceExhausted, Reason::kBudgetExhausted);

class BudgetsTest : public ::testing::Test {
 protected:
  int SpendAll(absl::string_view requester, const Budget& budget) {
    int spent = 0;
    while (Spend(budgets_, requester, budget).ok()) {
      ++spent;
    }
    return spent;
  }

  static absl::Status Spend(Budgets& budgets, absl::string_view requester, const Budget& budget) {
    absl::StatusOr<Budgets::Claim> claim = budgets.Take(requester, budget);
    if (claim.ok()) {
      (*std::move(claim)).Spend();
    }
    return claim.status();
  }
  absl::Status Spend(absl::string_view requester, const Budget& budget) {
    return Spend(budgets_, requester, budget);
  }

  testing::FakeClock clock_;
  Budgets budgets_{&clock_, {.max_requesters = 4096}};
  const Budget budget_ = {6, absl::Minutes(1)};
};

TEST_F(BudgetsTest, GivesTheBurstThenRefusesWithTheWait) {
  EXPECT_EQ(SpendAll("a", budget_), 6);
  const absl::Status status = Spend("a", budget_);
  EXPECT_THAT(status, kIsExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("6 certificates per 1m; retry in 10s"));
  EXPECT_EQ(GetRetryDelay(status), absl::Seconds(10));
}

TEST_F(BudgetsTest, TheWaitIsJustLongEnough) {
  SpendAll("a", budget_);
  clock_.Advance(absl::Seconds(10) - absl::Nanoseconds(1));
  EXPECT_THAT(Spend("a", budget_), kIsExhausted);
  clock_.Advance(absl::Nanoseconds(1));
  EXPECT_THAT(Spend("a", budget_), IsOk());
  EXPECT_THAT(Spend("a", budget_), kIsExhausted);
}

TEST_F(BudgetsTest, FillsToTheBurstAndNoFurther) {
  SpendAll("a", budget_);
  clock_.Advance(absl::Seconds(30));
  EXPECT_EQ(SpendAll("a", budget_), 3);
  clock_.Advance(absl::Hours(24));
  EXPECT_EQ(SpendAll("a", budget_), 6);
}

TEST_F(BudgetsTest, RequestersDoNotShare) {
  EXPECT_EQ(SpendAll("a", budget_), 6);
  EXPECT_EQ(SpendAll("b", budget_), 6);
  EXPECT_THAT(Spend("a", budget_), kIsExhausted);
}

TEST_F(BudgetsTest, BudgetsThatDoNotDivideEvenlyAreExact) {
  const Budget seventh = {7, absl::Seconds(1)};
  EXPECT_EQ(SpendAll("a", seventh), 7);
  const Budget many = {1000000, absl::Seconds(1)};
  EXPECT_EQ(SpendAll("b", many), 1000000);
}

TEST_F(BudgetsTest, AClockThatStepsBackIsNoLongRefusal) {
  SpendAll("a", budget_);
  clock_.Advance(-absl::Hours(24));
  const absl::Status status = Spend("a", budget_);
  EXPECT_THAT(status, kIsExhausted);
  EXPECT_LE(GetRetryDelay(status), absl::Minutes(1));
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(Spend("a", budget_), kIsExhausted);  // what was refused left no trace
  clock_.Advance(absl::Hours(24));
  EXPECT_EQ(SpendAll("a", budget_), 6);
}

TEST_F(BudgetsTest, AChangedBudgetHoldsAtOnce) {
  SpendAll("a", budget_);
  EXPECT_THAT(Spend("a", {2, absl::Seconds(10)}), kIsExhausted);
  clock_.Advance(absl::Seconds(20));
  EXPECT_EQ(SpendAll("a", {2, absl::Seconds(10)}), 0);
  clock_.Advance(absl::Seconds(40));
  EXPECT_EQ(SpendAll("a", {2, absl::Seconds(10)}), 2);
}

TEST_F(BudgetsTest, MemoryIsBoundedAndTheOldestIsForgotten) {
  SpendAll("first", budget_);
  for (int i = 0; i < 4095; ++i) {
    EXPECT_TRUE(Spend(absl::StrCat("r", i), budget_).ok());
  }
  EXPECT_EQ(budgets_.requesters(), 4096u);
  // Asking, even in vain, keeps it in mind: a flood of its own does not wash its bucket away.
  EXPECT_THAT(Spend("first", budget_), kIsExhausted);
  EXPECT_TRUE(Spend("one more", budget_).ok());
  EXPECT_EQ(budgets_.requesters(), 4096u);
  EXPECT_THAT(Spend("first", budget_), kIsExhausted);
  // r0 was forgotten: one fresh burst, no more.
  EXPECT_EQ(SpendAll("r0", budget_), 6);
}

TEST_F(BudgetsTest, TinyLimitsAreRaised) {
  Budgets tiny(&clock_, {.max_requesters = 1});
  for (int i = 0; i < 4096; ++i) {
    EXPECT_TRUE(Spend(tiny, absl::StrCat("r", i), {1, absl::Hours(1)}).ok());
  }
  EXPECT_THAT(Spend(tiny, "r0", {1, absl::Hours(1)}), kIsExhausted);
}

TEST_F(BudgetsTest, WhatIsNotSpentGoesBack) {
  std::vector<Budgets::Claim> claims;
  for (int i = 0; i < 6; ++i) {
    FLEETCA_ASSERT_OK_AND_ASSIGN(Budgets::Claim claim, budgets_.Take("a", budget_));
    claims.push_back(std::move(claim));
  }
  EXPECT_THAT(budgets_.Take("a", budget_), kIsExhausted);
  std::move(claims[0]).Spend();
  std::move(claims[1]).Spend();
  claims.clear();
  EXPECT_EQ(SpendAll("a", budget_), 4);
}

TEST_F(BudgetsTest, AClaimThatWasMovedGoesBackOnce) {
  SpendAll("a", budget_);
  clock_.Advance(absl::Seconds(10));
  {
    FLEETCA_ASSERT_OK_AND_ASSIGN(Budgets::Claim claim, budgets_.Take("a", budget_));
    const Budgets::Claim moved = std::move(claim);
    EXPECT_THAT(budgets_.Take("a", budget_), kIsExhausted);
  }
  EXPECT_EQ(SpendAll("a", budget_), 1);
}

TEST_F(BudgetsTest, WhatGoesBackLateMakesNoBucketFullerThanFull) {
  {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const Budgets::Claim claim, budgets_.Take("a", budget_));
    clock_.Advance(absl::Hours(1));
  }
  EXPECT_EQ(SpendAll("a", budget_), 6);
}

TEST_F(BudgetsTest, TheSentenceNamesTheRequesterAsItIsShown) {
  SpendAll("a", budget_);
  const absl::Status status = budgets_.Take("a", budget_, "the maker of the token").status();
  EXPECT_THAT(status, kIsExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("the maker of the token has used up"));
}

TEST_F(BudgetsTest, ThreadsTogetherGetTheBurstAndNoMore) {
  const Budget budget = {1000, absl::Hours(1)};
  std::atomic<int> spent = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        spent += Spend("a", budget).ok() ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(spent, 1000);
}

}  // namespace
}  // namespace fleetca::service
