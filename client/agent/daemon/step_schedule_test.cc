#include "client/agent/daemon/step_schedule.h"

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);

TEST(StepScheduleTest, EachStepIsCalledWhenItWantsToBe) {
  std::atomic<int> often{0};
  std::atomic<int> seldom{0};
  absl::Notification enough;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto schedule,
                               StepSchedule::Start({[&](absl::Time now) {
                                                      if (++often == 5) {
                                                        enough.Notify();
                                                      }
                                                      return now + absl::Milliseconds(10);
                                                    },
                                                    [&](absl::Time now) {
                                                      ++seldom;
                                                      return now + absl::Hours(1);
                                                    }},
                                                   2, nullptr));
  EXPECT_TRUE(enough.WaitForNotificationWithTimeout(kPatience));
  EXPECT_EQ(seldom, 1);
}

TEST(StepScheduleTest, AStepThatWaitsHoldsUpNoOther) {
  absl::Notification release;
  absl::Notification other;
  FLEETCA_ASSERT_OK_AND_ASSIGN(auto schedule, StepSchedule::Start({[&](absl::Time now) {
                                                                     release.WaitForNotification();
                                                                     return now + absl::Hours(1);
                                                                   },
                                                                   [&](absl::Time now) {
                                                                     other.Notify();
                                                                     return now + absl::Hours(1);
                                                                   }},
                                                                  2, nullptr));
  EXPECT_TRUE(other.WaitForNotificationWithTimeout(kPatience));
  release.Notify();
  schedule.reset();
}

TEST(StepScheduleTest, OneStepIsNeverCalledTwiceAtATime) {
  std::atomic<int> inside{0};
  std::atomic<int> calls{0};
  std::atomic<bool> overlapped{false};
  absl::Notification enough;
  const auto step = [&](absl::Time now) {
    overlapped = overlapped || inside.fetch_add(1) != 0;
    absl::SleepFor(absl::Milliseconds(1));
    --inside;
    if (++calls == 20) {
      enough.Notify();
    }
    return now;
  };
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto schedule, StepSchedule::Start({step}, 4, nullptr));
  for (int i = 0; i < 20; ++i) {
    schedule->CallAll();
  }
  EXPECT_TRUE(enough.WaitForNotificationWithTimeout(kPatience));
  EXPECT_FALSE(overlapped);
}

TEST(StepScheduleTest, CallAllMakesEverythingDue) {
  absl::Mutex mutex;
  std::vector<int> calls(3);
  const auto step = [&](size_t which) {
    return [&, which](absl::Time now) {
      const absl::MutexLock lock(&mutex);
      ++calls[which];
      return now + absl::Hours(1);
    };
  };
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto schedule,
                               StepSchedule::Start({step(0), step(1), step(2)}, 2, nullptr));
  const auto all_called = [&](int times) {
    const absl::MutexLock lock(&mutex);
    const auto done = [&] { return calls == std::vector<int>(3, times); };
    return mutex.AwaitWithTimeout(absl::Condition(&done), kPatience);
  };
  EXPECT_TRUE(all_called(1));
  schedule->CallAll();
  EXPECT_TRUE(all_called(2));
}

TEST(StepScheduleTest, TheTickGoesOnWhileAllWorkersWait) {
  absl::Notification release;
  absl::Notification ticked;
  std::atomic<int> ticks{0};
  FLEETCA_ASSERT_OK_AND_ASSIGN(auto schedule, StepSchedule::Start({[&](absl::Time now) {
                                                                    release.WaitForNotification();
                                                                    return now + absl::Hours(1);
                                                                  }},
                                                                  1, [&](absl::Time now) {
                                                                    if (++ticks == 3) {
                                                                      ticked.Notify();
                                                                    }
                                                                    return now +
                                                                           absl::Milliseconds(10);
                                                                  }));
  EXPECT_TRUE(ticked.WaitForNotificationWithTimeout(kPatience));
  release.Notify();
  schedule.reset();
}

TEST(WallTimerTest, AWaitEndsWithItsTimeOrAWakeUp) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const WallTimer timer, WallTimer::Create());
  const absl::Time time = absl::Now() + absl::Milliseconds(20);
  EXPECT_EQ(timer.WaitUntil(time), WallTimer::End::kTime);
  EXPECT_GE(absl::Now(), time);
  timer.Wake();
  EXPECT_EQ(timer.WaitUntil(absl::Now() + absl::Minutes(1)), WallTimer::End::kWoken);
  EXPECT_EQ(timer.WaitUntil(absl::Now() - absl::Minutes(1)), WallTimer::End::kTime);
}

}  // namespace
}  // namespace fleetca::client
