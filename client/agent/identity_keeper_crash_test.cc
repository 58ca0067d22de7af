// The agent ends before each single change, of the disk and at the CA, in turn.
#include <unistd.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/testing/in_child.h"
#include "client/agent/testing/keeper_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::InChild;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr int kEnded = 7;
constexpr int kFarMoreSteps = 1000;
// At least so many moments to end at.
constexpr int kRounds = 50;

class IdentityKeeperCrashTest : public testing::KeeperFixture {
 protected:
  IdentityKeeperCrashTest() { options_.hooks = {{.exec = {"/bin/reload"}}}; }

  // A start and a step in a child that ends before its change number `step`. True when it came
  // through.
  bool ComesThrough(int step) {
    run_ = {};
    int count = 0;
    const int code = InChild([&] {
      const BeforeStep before = [&](absl::string_view) {
        if (++count == step) {
          _exit(kEnded);
        }
        return 0;
      };
      port_.before_step = before;
      port_.now = now_;
      const auto run = Start(before);
      if (!run.ok()) {
        return 1;
      }
      run->keeper->Step(now_);
      return 0;
    });
    EXPECT_THAT(code, AnyOf(0, kEnded)) << step;
    return code != kEnded;
  }

  // After what the crash left was made good.
  void ExpectWhole(size_t certificates, int step) {
    Restart();
    Pass(absl::Seconds(10));
    EXPECT_EQ(ProblemOfFiles(), "") << step;
    EXPECT_EQ(Lines(), 1) << step;
    EXPECT_THAT(port_.issued(), SizeIs(certificates)) << step;
    EXPECT_EQ(Status().serial, LastIssued()) << step;
    EXPECT_TRUE(Status().ready) << step;
    EXPECT_FALSE(Status().hooks[0].pending) << step;
    EXPECT_THAT(ReadFile(Path("hooks")).value_or(""), HasSubstr(LastIssued())) << step;
  }
};

TEST_F(IdentityKeeperCrashTest, AFirstBootIsMadeGood) {
  int step = 1;
  for (bool through = false; !through; ++step) {
    ASSERT_LT(step, kFarMoreSteps);
    run_ = {};
    Begin();
    through = ComesThrough(step);
    ExpectWhole(1, step);
  }
  EXPECT_GT(step, kRounds);
}

TEST_F(IdentityKeeperCrashTest, ARenewalIsMadeGoodAndAPairIsThereAtEachMoment) {
  int step = 1;
  for (bool through = false; !through; ++step) {
    ASSERT_LT(step, kFarMoreSteps);
    run_ = {};
    Begin();
    Restart();
    now_ = Status().renew_at + absl::Seconds(1);
    through = ComesThrough(step);
    EXPECT_EQ(ProblemOfFiles(), "") << step;
    ExpectWhole(2, step);
  }
  EXPECT_GT(step, kRounds);
}

TEST_F(IdentityKeeperCrashTest, ARenewalThatKeepsItsKeyIsMadeGood) {
  options_.renewals_per_key = 10;
  int step = 1;
  for (bool through = false; !through; ++step) {
    ASSERT_LT(step, kFarMoreSteps);
    run_ = {};
    Begin();
    Restart();
    now_ = Status().renew_at + absl::Seconds(1);
    through = ComesThrough(step);
    EXPECT_EQ(ProblemOfFiles(), "") << step;
    ExpectWhole(2, step);
  }
  EXPECT_GT(step, kRounds);
}

}  // namespace
}  // namespace fleetca::client
