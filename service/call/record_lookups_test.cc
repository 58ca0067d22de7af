#include "service/call/record_lookups.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;

const auto kIsUnavailable = IsError(absl::StatusCode::kUnavailable, Reason::kStoreUnavailable);

TEST(RecordLookups, AnswersEachItsOwn) {
  const auto lookups = RecordLookups::Start({.patience = absl::Seconds(60)});
  FLEETCA_ASSERT_OK(lookups);
  std::vector<std::thread> callers;
  std::atomic<int> right = 0;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&lookups, &right, i] {
      for (int round = 0; round < 200; ++round) {
        const bool good = (i + round) % 2 == 0;
        const absl::Status said = (*lookups)->Ask(
            [good] { return good ? absl::OkStatus() : absl::NotFoundError("bad"); });
        right += said.ok() == good ? 1 : 0;
      }
    });
  }
  for (std::thread& caller : callers) {
    caller.join();
  }
  EXPECT_EQ(right, 1600);
}

// A disk that hangs costs gRPC's threads one wait each, not one for every caller.
TEST(RecordLookups, WhileTheStoreHangsCallersAreAnsweredAtOnce) {
  absl::Notification back;
  const auto lookups = RecordLookups::Start({.threads = 1, .patience = absl::Milliseconds(100)});
  FLEETCA_ASSERT_OK(lookups);
  const auto hangs = [&back] {
    back.WaitForNotification();
    return absl::OkStatus();
  };
  EXPECT_THAT((*lookups)->Ask(hangs), kIsUnavailable);
  const absl::Time begin = absl::Now();
  for (int i = 0; i < 1000; ++i) {
    EXPECT_THAT((*lookups)->Ask(hangs), kIsUnavailable);
  }
  // In turn they would take 100 s.
  EXPECT_LT(absl::Now() - begin, absl::Seconds(20));
  back.Notify();
  const absl::Time deadline = absl::Now() + absl::Seconds(60);
  while (!(*lookups)->Ask(hangs).ok() && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(10));
  }
  FLEETCA_EXPECT_OK((*lookups)->Ask(hangs));
}

TEST(RecordLookups, NoMoreWaitThanThereIsRoomFor) {
  const auto lookups =
      RecordLookups::Start({.threads = 0, .patience = absl::ZeroDuration(), .capacity = 1});
  FLEETCA_ASSERT_OK(lookups);
  EXPECT_THAT((*lookups)->Ask([] { return absl::OkStatus(); }), kIsUnavailable);
  EXPECT_THAT((*lookups)->Ask([] { return absl::OkStatus(); }), kIsUnavailable);
}

}  // namespace
}  // namespace fleetca::service
