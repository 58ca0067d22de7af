#include "client/authz/serve/blocking_task_queue.h"

#include <atomic>
#include <chrono>
#include <thread>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

TEST(BlockingTaskQueueTest, FinishWaitsForEveryTask) {
  BlockingTaskQueue queue(2);
  std::atomic<int> done = 0;
  for (int i = 0; i < 100; ++i) {
    queue.Push([&done] { ++done; });
  }
  queue.Finish();
  EXPECT_EQ(done, 100);
}

TEST(BlockingTaskQueueTest, WhoBringsTooMuchWaits) {
  BlockingTaskQueue queue(1);
  absl::Notification started, go_on;
  std::atomic<int> pushed = 0;
  queue.Push([&] {
    started.Notify();
    go_on.WaitForNotification();
  });
  started.WaitForNotification();
  std::thread pusher([&] {
    for (int i = 0; i < 3; ++i) {
      queue.Push([] {});
      ++pushed;
    }
  });
  while (pushed < 1) {
    std::this_thread::yield();
  }
  // The second has no room while the one thread is busy.
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(pushed, 1);
  go_on.Notify();
  pusher.join();
  queue.Finish();
  EXPECT_EQ(pushed, 3);
}

}  // namespace
}  // namespace fleetca::client
