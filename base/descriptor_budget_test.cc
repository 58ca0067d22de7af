#include "base/descriptor_budget.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "base/errors.h"
#include "tests/testing/status_matchers.h"

namespace fleetca {
namespace {

// Sets the process's limits for a test, and back. The hard one stays, so that it can be set back.
class LimitTest : public ::testing::Test {
 protected:
  LimitTest() { getrlimit(RLIMIT_NOFILE, &before_); }
  ~LimitTest() override { setrlimit(RLIMIT_NOFILE, &before_); }

  static rlim_t Soft() {
    rlimit now = {};
    getrlimit(RLIMIT_NOFILE, &now);
    return now.rlim_cur;
  }

  rlimit before_ = {};
};

TEST(DescriptorBudgetTest, SharesNeverExceedTheLimit) {
  for (const uint64_t limit : {0, 1, 40, 96, 100, 256, 1024, 20000, 1 << 20}) {
    const DescriptorBudget budget = SplitDescriptors(limit);
    EXPECT_EQ(budget.limit, limit);
    EXPECT_LE(budget.sockets + budget.store, limit);
    EXPECT_GE(budget.sockets, budget.store);
    if (limit >= kFewestDescriptors) {
      EXPECT_GE(limit - budget.sockets - budget.store, 40u);
      EXPECT_GE(budget.store, 18u);
    }
  }
}

TEST(DescriptorBudgetTest, SharesOfACommonLimit) {
  const DescriptorBudget budget = SplitDescriptors(1024);
  EXPECT_EQ(budget.sockets, 640u);
  EXPECT_EQ(budget.store, 320u);
}

TEST_F(LimitTest, TheSoftLimitBecomesTheHardOne) {
  ASSERT_GT(before_.rlim_max, 256u);
  const rlimit lowered = {.rlim_cur = 256, .rlim_max = before_.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &lowered), 0);
  for (int time = 0; time < 2; ++time) {
    const absl::StatusOr<DescriptorBudget> budget = RaiseDescriptorLimit();
    FLEETCA_ASSERT_OK(budget);
    EXPECT_EQ(Soft(), std::min<rlim_t>(before_.rlim_max, kMostDescriptors));
    EXPECT_EQ(budget->limit, Soft());
  }
}

// Exits 0 when so few descriptors are the error that they should be.
[[noreturn]] void ServeWith(rlim_t few) {
  const rlimit lowered = {few, few};
  setrlimit(RLIMIT_NOFILE, &lowered);
  const absl::Status status = RaiseDescriptorLimit().status();
  const bool right = status.code() == absl::StatusCode::kFailedPrecondition &&
                     GetReason(status) == Reason::kConfigInvalid &&
                     absl::StrContains(status.message(), "LimitNOFILE");
  _exit(right ? 0 : 1);
}

// In a child, as a hard limit that was lowered cannot be raised again.
TEST(DescriptorBudgetDeathTest, TooFewAreAnErrorThatSaysWhatToDo) {
  EXPECT_EXIT(ServeWith(kFewestDescriptors - 1), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace fleetca
