#include "base/bounded_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace fleetca {
namespace {

using testing::ElementsAre;

size_t PushAll(BoundedQueue<int>& queue, std::vector<int> items) {
  return queue.TryPush(absl::MakeSpan(items));
}

TEST(BoundedQueueTest, FirstInFirstOutInBatches) {
  BoundedQueue<int> queue(10);
  EXPECT_EQ(PushAll(queue, {1, 2, 3}), 3u);
  EXPECT_EQ(PushAll(queue, {4, 5}), 2u);
  EXPECT_EQ(queue.size(), 5u);
  std::vector<int> batch = {99};
  EXPECT_TRUE(queue.PopBatch(2, batch));
  EXPECT_THAT(batch, ElementsAre(1, 2));
  EXPECT_TRUE(queue.PopBatch(100, batch));
  EXPECT_THAT(batch, ElementsAre(3, 4, 5));
  EXPECT_EQ(queue.size(), 0u);
}

TEST(BoundedQueueTest, TakesWhatFits) {
  BoundedQueue<int> queue(3);
  EXPECT_EQ(queue.capacity(), 3u);
  EXPECT_EQ(PushAll(queue, {1, 2}), 2u);
  EXPECT_EQ(PushAll(queue, {3, 4, 5}), 1u);
  EXPECT_EQ(PushAll(queue, {6}), 0u);
  std::vector<int> batch;
  EXPECT_TRUE(queue.PopBatch(1, batch));
  EXPECT_EQ(PushAll(queue, {7, 8}), 1u);
  EXPECT_TRUE(queue.PopBatch(9, batch));
  EXPECT_THAT(batch, ElementsAre(2, 3, 7));
}

TEST(BoundedQueueTest, CapacityZeroTakesNothing) {
  BoundedQueue<int> queue(0);
  EXPECT_EQ(PushAll(queue, {1}), 0u);
}

TEST(BoundedQueueTest, ItemsThatDoNotFitStayTheCallers) {
  BoundedQueue<std::unique_ptr<int>> queue(1);
  std::unique_ptr<int> items[] = {std::make_unique<int>(1), std::make_unique<int>(2)};
  EXPECT_EQ(queue.TryPush(absl::MakeSpan(items)), 1u);
  EXPECT_EQ(items[0], nullptr);
  ASSERT_NE(items[1], nullptr);
  EXPECT_EQ(*items[1], 2);
}

TEST(BoundedQueueTest, ClosedGivesWhatItHoldsAndTakesNoMore) {
  BoundedQueue<int> queue(10);
  PushAll(queue, {1, 2});
  queue.Close();
  EXPECT_EQ(PushAll(queue, {3}), 0u);
  std::vector<int> batch;
  EXPECT_TRUE(queue.PopBatch(1, batch));
  EXPECT_THAT(batch, ElementsAre(1));
  EXPECT_TRUE(queue.PopBatch(1, batch));
  EXPECT_THAT(batch, ElementsAre(2));
  EXPECT_FALSE(queue.PopBatch(1, batch));
  EXPECT_TRUE(batch.empty());
  queue.Close();
  EXPECT_FALSE(queue.PopBatch(1, batch));
}

TEST(BoundedQueueTest, CloseWakesEveryWaitingConsumer) {
  BoundedQueue<int> queue(10);
  std::vector<std::thread> consumers;
  for (int i = 0; i < 4; ++i) {
    consumers.emplace_back([&queue] {
      std::vector<int> batch;
      EXPECT_FALSE(queue.PopBatch(1, batch));
    });
  }
  absl::SleepFor(absl::Milliseconds(20));
  queue.Close();
  for (std::thread& consumer : consumers) {
    consumer.join();
  }
}

TEST(BoundedQueueTest, PopWaitsForAnItem) {
  BoundedQueue<int> queue(10);
  absl::Notification popped;
  std::thread consumer([&] {
    std::vector<int> batch;
    EXPECT_TRUE(queue.PopBatch(5, batch));
    EXPECT_THAT(batch, ElementsAre(42));
    popped.Notify();
  });
  EXPECT_FALSE(popped.WaitForNotificationWithTimeout(absl::Milliseconds(20)));
  PushAll(queue, {42});
  consumer.join();
  EXPECT_TRUE(popped.HasBeenNotified());
}

TEST(BoundedQueueTest, ManyProducersAndConsumersLoseAndRepeatNothing) {
  constexpr int kProducers = 4;
  constexpr int kConsumers = 3;
  constexpr int kItems = 5000;
  BoundedQueue<int> queue(64);
  std::vector<std::thread> producers;
  for (int p = 0; p < kProducers; ++p) {
    producers.emplace_back([&queue, p] {
      std::vector<int> items(kItems);
      std::iota(items.begin(), items.end(), p * kItems);
      absl::Span<int> rest = absl::MakeSpan(items);
      while (!rest.empty()) {
        const size_t count = queue.TryPush(rest.subspan(0, std::min(rest.size(), size_t{7})));
        rest.remove_prefix(count);
        if (count == 0) {
          std::this_thread::yield();
        }
      }
    });
  }
  std::vector<std::vector<int>> taken(kConsumers);
  std::vector<std::thread> consumers;
  for (int c = 0; c < kConsumers; ++c) {
    consumers.emplace_back([&queue, &mine = taken[c]] {
      std::vector<int> batch;
      while (queue.PopBatch(16, batch)) {
        EXPECT_LE(batch.size(), 16u);
        mine.insert(mine.end(), batch.begin(), batch.end());
      }
    });
  }
  for (std::thread& producer : producers) {
    producer.join();
  }
  queue.Close();
  std::vector<int> all;
  for (int c = 0; c < kConsumers; ++c) {
    consumers[c].join();
    all.insert(all.end(), taken[c].begin(), taken[c].end());
  }
  std::sort(all.begin(), all.end());
  std::vector<int> expected(kProducers * kItems);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(all, expected);
}

}  // namespace
}  // namespace fleetca
