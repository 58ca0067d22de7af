#include "base/repeated_work.h"

#include <atomic>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca {
namespace {

TEST(RepeatedWorkTest, GoesOnAtOnceWhileThereIsMore) {
  std::atomic<int> parts = 0;
  absl::Notification done;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto work, RepeatedWork::Start("test", absl::Hours(1), [&] {
                                 if (++parts == 100) {
                                   done.Notify();
                                 }
                                 return parts < 100;
                               }));
  EXPECT_TRUE(done.WaitForNotificationWithTimeout(absl::Seconds(60)));
}

TEST(RepeatedWorkTest, BeginsAgainAfterTheInterval) {
  std::atomic<int> parts = 0;
  absl::Notification done;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto work,
                               RepeatedWork::Start("test", absl::Milliseconds(1), [&] {
                                 if (++parts == 3) {
                                   done.Notify();
                                 }
                                 return false;
                               }));
  EXPECT_TRUE(done.WaitForNotificationWithTimeout(absl::Seconds(60)));
}

TEST(RepeatedWorkTest, EndsWithoutWaitingForTheInterval) {
  std::atomic<int> parts = 0;
  {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const auto work, RepeatedWork::Start("test", absl::Hours(1), [&] {
                                   ++parts;
                                   return false;
                                 }));
  }
  EXPECT_LE(parts, 1);
}

}  // namespace
}  // namespace fleetca
