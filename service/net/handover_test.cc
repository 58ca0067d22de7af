#include "service/net/handover.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>

#include "absl/synchronization/notification.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

Descriptor Connection() { return Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC)); }

TEST(HandoverTest, WhoGivesDoesNotWaitForWhoIsKept) {
  absl::Notification let_go;
  std::atomic<int> taken = 0;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto handover, Handover::Start([&](Descriptor) {
                                 ++taken;
                                 let_go.WaitForNotification();
                               }));
  for (int i = 0; i < 3; ++i) {
    handover->Give(Connection());  // returns, though the first keeps the thread
  }
  let_go.Notify();
  while (taken < 3) {
    usleep(1000);
  }
}

TEST(HandoverTest, AfterTheStopNothingIsHandedOver) {
  std::atomic<int> taken = 0;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto handover,
                               Handover::Start([&taken](Descriptor) { ++taken; }));
  handover->Stop();
  const int before = taken;
  handover->Give(Connection());
  handover->Stop();
  EXPECT_EQ(taken, before);
}

}  // namespace
}  // namespace fleetca::service
