#include "base/throughput_scheduling.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <thread>

namespace fleetca {
namespace {

// On a thread of its own, so that the other tests of the process keep theirs.
TEST(ThroughputSchedulingTest, ThreadsStartedAfterwardsInheritIt) {
  int before = -1;
  int after = -1;
  int inherited = -1;
  absl::Status status;
  std::thread([&] {
    before = sched_getscheduler(0);
    status = ScheduleForThroughput();
    after = sched_getscheduler(0);
    std::thread([&inherited] { inherited = sched_getscheduler(0); }).join();
  }).join();
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_NE(before, SCHED_BATCH);
  EXPECT_EQ(after, SCHED_BATCH);
  EXPECT_EQ(inherited, SCHED_BATCH);
}

}  // namespace
}  // namespace fleetca
