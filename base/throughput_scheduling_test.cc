#include "base/throughput_scheduling.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <thread>

namespace fleetca {
namespace {

int PolicyOfANewThread(void (*first)()) {
  int policy = -1;
  std::thread([&policy, first] {
    if (first != nullptr) {
      first();
    }
    policy = sched_getscheduler(0);
  }).join();
  return policy;
}

// On threads of their own, so that the process's first one keeps its policy.
TEST(ThroughputSchedulingTest, ThreadsInheritItAndWorkersLeaveIt) {
  EXPECT_EQ(PolicyOfANewThread(ScheduleThisThreadAtOnce), SCHED_OTHER);
  absl::Status status;
  int after = -1;
  int inherited = -1;
  int worker = -1;
  std::thread([&] {
    status = ScheduleForThroughput();
    after = sched_getscheduler(0);
    inherited = PolicyOfANewThread(nullptr);
    worker = PolicyOfANewThread(ScheduleThisThreadAtOnce);
  }).join();
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(after, SCHED_BATCH);
  EXPECT_EQ(inherited, SCHED_BATCH);
  EXPECT_EQ(worker, SCHED_OTHER);
}

TEST(ThroughputSchedulingTest, APolicyThatWasChosenStays) {
  int policy = -1;
  absl::Status status;
  std::thread([&] {
    const sched_param parameters = {.sched_priority = 0};
    sched_setscheduler(0, SCHED_IDLE, &parameters);
    status = ScheduleForThroughput();
    policy = sched_getscheduler(0);
  }).join();
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(policy, SCHED_IDLE);
}

}  // namespace
}  // namespace fleetca
