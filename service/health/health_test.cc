#include "service/health/health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "base/errors.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

using Reports = std::vector<std::pair<std::string, bool>>;

// Conditions that a test sets, and what was reported.
class HealthTest : public ::testing::Test {
 protected:
  void Start(std::vector<HealthCheck> checks) {
    const auto report = [this](const std::string& service, bool healthy) {
      absl::MutexLock lock(&mutex_);
      reports_.emplace_back(service, healthy);
    };
    FLEETCA_ASSERT_OK_AND_ASSIGN(
        monitor_, HealthMonitor::Start(std::move(checks), report, absl::Milliseconds(5)));
  }

  HealthCheck Check(std::string name, const bool& right, std::vector<std::string> services) {
    return {std::move(name),
            [this, &right] {
              absl::MutexLock lock(&mutex_);
              ++looks_;
              return right ? absl::OkStatus() : Internal(Reason::kInternal, "it is broken");
            },
            std::move(services)};
  }

  void Set(bool& condition, bool right) {
    absl::MutexLock lock(&mutex_);
    condition = right;
  }

  // What was reported by the time that `count` reports were there.
  Reports Await(size_t count) {
    absl::MutexLock lock(&mutex_);
    const auto there = [this, count] { return reports_.size() >= count; };
    mutex_.AwaitWithTimeout(absl::Condition(&there), absl::Seconds(20));
    return std::exchange(reports_, {});
  }

  void AwaitMoreLooks() {
    absl::MutexLock lock(&mutex_);
    const int enough = looks_ + 5;
    const auto looked = [this, enough] { return looks_ >= enough; };
    mutex_.AwaitWithTimeout(absl::Condition(&looked), absl::Seconds(20));
  }

  absl::Mutex mutex_;
  Reports reports_;
  int looks_ = 0;
  bool store_ = true;
  bool bootstrap_ = true;
  std::unique_ptr<HealthMonitor> monitor_;
};

TEST_F(HealthTest, WhatIsOnlyToBeLookedAtInTimeCostsTheWholeNothing) {
  HealthCheck ahead = Check("own certificates", bootstrap_, {"own"});
  ahead.of_whole = false;
  Start({Check("store", store_, {"ca"}), ahead});
  Set(bootstrap_, false);
  EXPECT_THAT(Await(1), ElementsAre(Pair("own", false)));
  Set(bootstrap_, true);
  EXPECT_THAT(Await(1), ElementsAre(Pair("own", true)));
}

TEST_F(HealthTest, TellsWhyTheWholeIsNotHealthy) {
  HealthCheck ahead = Check("own certificates", bootstrap_, {"own"});
  ahead.of_whole = false;
  Start({Check("store", store_, {"ca"}), ahead});
  EXPECT_THAT(monitor_->Reasons(), IsEmpty());
  Set(store_, false);
  Set(bootstrap_, false);
  Await(3);
  EXPECT_THAT(monitor_->Reasons(), ElementsAre("store: it is broken"));
  Set(store_, true);
  Await(2);
  EXPECT_THAT(monitor_->Reasons(), IsEmpty());
}

TEST_F(HealthTest, FollowsWhatCanBeDoneBothWays) {
  Start({Check("store", store_, {"ca"}), Check("bootstrap", bootstrap_, {})});
  AwaitMoreLooks();
  EXPECT_THAT(Await(0), IsEmpty());
  Set(store_, false);
  EXPECT_THAT(Await(2), ElementsAre(Pair("", false), Pair("ca", false)));
  // What was said is not said again.
  AwaitMoreLooks();
  EXPECT_THAT(Await(0), IsEmpty());
  Set(store_, true);
  EXPECT_THAT(Await(2), ElementsAre(Pair("", true), Pair("ca", true)));
}

TEST_F(HealthTest, AServiceThatDoesNotNeedItGoesOn) {
  Start({Check("store", store_, {"ca"}), Check("bootstrap", bootstrap_, {})});
  Set(bootstrap_, false);
  EXPECT_THAT(Await(1), ElementsAre(Pair("", false)));
  // The whole is healthy when everything is.
  Set(store_, false);
  EXPECT_THAT(Await(1), ElementsAre(Pair("ca", false)));
  Set(bootstrap_, true);
  AwaitMoreLooks();
  EXPECT_THAT(Await(0), IsEmpty());
  Set(store_, true);
  EXPECT_THAT(Await(2), ElementsAre(Pair("", true), Pair("ca", true)));
}

TEST_F(HealthTest, LooksBeforeItReturns) {
  store_ = false;
  Start({Check("store", store_, {})});
  absl::MutexLock lock(&mutex_);
  EXPECT_THAT(reports_, ElementsAre(Pair("", false)));
}

}  // namespace
}  // namespace fleetca::service
