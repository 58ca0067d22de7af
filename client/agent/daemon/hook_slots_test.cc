#include "client/agent/daemon/hook_slots.h"

#include <atomic>
#include <string>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/thread.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;

TEST(HookSlotsTest, HooksThatHangKeepNobodyForMoreThanAMoment) {
  std::atomic<int> runs{0};
  absl::Notification hangs;
  absl::Notification release;
  HookSlots slots(1, [&](const HookOptions&, const HookContext&) {
    if (++runs == 1) {
      hangs.Notify();
      release.WaitForNotification();
    }
    return absl::OkStatus();
  });
  const HookOptions hook = {.reload_unit = "web.service"};
  auto thread = Thread::Start("hook", [&] { FLEETCA_EXPECT_OK(slots.Run(hook, {})); });
  FLEETCA_ASSERT_OK(thread);
  hangs.WaitForNotification();
  const absl::Status status = slots.Run(hook, {});
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("reload web.service waits for the hooks"));
  EXPECT_EQ(runs, 1);
  release.Notify();
  thread->Join();
  FLEETCA_EXPECT_OK(slots.Run(hook, {}));
  EXPECT_EQ(runs, 2);
}

TEST(HookSlotsTest, TheEndOfTheAgentEndsAHookThatHangs) {
  HookSlots slots(1, RunHook);
  const HookOptions hook = {.exec = {"/bin/sh", "-c", "trap : TERM; while :; do sleep 0.1; done"},
                            .timeout = absl::Minutes(5)};
  const absl::Time begun = absl::Now();
  absl::Status ended;
  auto thread = Thread::Start("hook", [&] { ended = slots.Run(hook, {}); });
  FLEETCA_ASSERT_OK(thread);
  absl::SleepFor(absl::Milliseconds(300));
  slots.Stop();
  thread->Join();
  EXPECT_LT(absl::Now() - begun, absl::Seconds(20));
  EXPECT_EQ(ended.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(std::string(ended.message()), HasSubstr("when the agent stopped, and was killed"));
  // And none begins.
  EXPECT_EQ(slots.Run({.exec = {"/bin/true"}}, {}).code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace fleetca::client
