#include "base/net/wake_event.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>

#include <utility>

#include "base/errors.h"
#include "base/testing/in_child.h"

namespace fleetca {
namespace {

bool IsAwake(const WakeEvent& event) {
  pollfd wanted = {.fd = event.fd(), .events = POLLIN, .revents = 0};
  return poll(&wanted, 1, 0) == 1;
}

TEST(WakeEventTest, IsAwakeFromWakeToClear) {
  absl::StatusOr<WakeEvent> made = WakeEvent::Create();
  ASSERT_TRUE(made.ok()) << made.status();
  const WakeEvent event = *std::move(made);
  EXPECT_FALSE(IsAwake(event));
  event.Wake();
  event.Wake();
  EXPECT_TRUE(IsAwake(event));
  EXPECT_TRUE(IsAwake(event));
  event.Clear();
  EXPECT_FALSE(IsAwake(event));
  event.Clear();  // does not wait
}

TEST(WakeEventTest, WithoutDescriptorsThereIsNone) {
  EXPECT_TRUE(testing::HoldsInChild([] {
    const rlimit none = {0, 0};
    setrlimit(RLIMIT_NOFILE, &none);
    const absl::Status status = WakeEvent::Create().status();
    return status.code() == absl::StatusCode::kUnavailable &&
           GetReason(status) == Reason::kInternal;
  }));
}

}  // namespace
}  // namespace fleetca
