#include "base/fair_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace fleetca {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Queue = FairQueue<int>;
using Consumer = Queue::Consumer;

constexpr auto kNoneGone = [](int) { return false; };
constexpr uint64_t kAnyCost = 1'000'000'000;

Queue::Pushed Push(Queue& queue, absl::string_view flow, std::vector<int> values,
                   uint64_t cost = 1) {
  std::vector<Queue::Item> items;
  for (const int value : values) {
    items.push_back({value, cost});
  }
  return queue.TryPush(flow, absl::MakeSpan(items));
}

std::vector<int> Many(size_t count, int value) { return std::vector<int>(count, value); }

// Pops one batch, which stays under way.
std::vector<int> Pop(Queue& queue, Queue::Batch* batch, size_t items, uint64_t cost = kAnyCost,
                     Consumer consumer = Consumer::kOrdinary) {
  const bool popped = queue.PopBatch(consumer, {items, cost}, kNoneGone, batch);
  EXPECT_EQ(popped, !batch->items().empty());
  return {batch->items().begin(), batch->items().end()};
}

// And one that is done at once.
std::vector<int> PopDone(Queue& queue, size_t items, uint64_t cost = kAnyCost) {
  Queue::Batch batch;
  std::vector<int> popped = Pop(queue, &batch, items, cost);
  queue.GiveBack(&batch);
  return popped;
}

TEST(FairQueueTest, OneFlowIsFirstInFirstOutInBatches) {
  Queue queue(20, 100);
  EXPECT_EQ(Push(queue, "a", {1, 2, 3}).count, 3u);
  EXPECT_EQ(Push(queue, "a", {4, 5}).count, 2u);
  EXPECT_EQ(queue.size(), 5u);
  Queue::Batch batch;
  EXPECT_THAT(Pop(queue, &batch, 2), ElementsAre(1, 2));
  EXPECT_THAT(Pop(queue, &batch, 100), ElementsAre(3, 4, 5));
  EXPECT_EQ(queue.size(), 0u);
  EXPECT_EQ(queue.capacity(), 20u);
}

TEST(FairQueueTest, FlowsTakeTurns) {
  Queue queue(100, 2);
  Push(queue, "a", {1, 2, 3, 4, 5});
  Push(queue, "b", {11, 12, 13});
  Push(queue, "c", {21});
  EXPECT_THAT(PopDone(queue, 100), ElementsAre(1, 2, 11, 12, 21, 3, 4, 13, 5));
}

TEST(FairQueueTest, WhatAFullBatchCutShortIsMadeUpFor) {
  Queue queue(100, 4);
  Push(queue, "a", {1, 2, 3, 4, 5, 6});
  Push(queue, "b", {11, 12, 13, 14, 15, 16});
  EXPECT_THAT(PopDone(queue, 3), ElementsAre(1, 2, 3));
  EXPECT_THAT(PopDone(queue, 2), ElementsAre(11, 12));
  EXPECT_THAT(PopDone(queue, 7), ElementsAre(13, 14, 15, 16, 4, 5, 6));
}

TEST(FairQueueTest, TurnsAreCountedInCost) {
  Queue queue(4000, 10);
  Push(queue, "cheap", Many(900, 1), 1);
  Push(queue, "dear", Many(900, 8), 8);
  std::map<int, uint64_t> cost;
  for (int i = 0; i < 100; ++i) {
    for (const int value : PopDone(queue, 16, 16)) {
      cost[value] += value;
    }
  }
  EXPECT_NEAR(static_cast<double>(cost[8]), static_cast<double>(cost[1]), 20);
}

// Also where the flow has nothing more in the queue when it is charged.
TEST(FairQueueTest, WhatProvedDearerIsCharged) {
  Queue queue(4000, 10);
  std::map<int, int> taken;
  for (int i = 0; i < 200; ++i) {
    Push(queue, "dearer", Many(4, 8), 1);
    Push(queue, "honest", Many(12, 1), 1);
    Queue::Batch batch;
    for (const int value : Pop(queue, &batch, 8)) {
      ++taken[value];
      if (value == 8) {
        queue.Charge("dearer", 3);
      }
    }
    queue.GiveBack(&batch);
  }
  queue.Charge("nobody", 1);
  EXPECT_NEAR(taken[8] * 4, taken[1], taken[1] / 10);
}

TEST(FairQueueTest, WhatCostsMoreThanATurnGetsItsPart) {
  Queue queue(4000, 10);
  Push(queue, "cheap", Many(900, 1), 1);
  Push(queue, "dear", Many(10, 100), 100);
  int cheap = 0;
  int dear = 0;
  while (dear < 5) {
    for (const int value : PopDone(queue, 1)) {
      ++(value == 1 ? cheap : dear);
    }
  }
  EXPECT_GE(cheap, 390);
  EXPECT_LE(cheap, 420);
}

TEST(FairQueueTest, ABatchIsBoundedInCostButNeverEmpty) {
  Queue queue(100, 1000);
  Push(queue, "a", {1, 2, 3}, 40);
  Push(queue, "a", {4}, 500);
  Push(queue, "a", {5}, 1);
  EXPECT_THAT(PopDone(queue, 10, 100), ElementsAre(1, 2));
  EXPECT_THAT(PopDone(queue, 10, 100), ElementsAre(3));
  EXPECT_THAT(PopDone(queue, 10, 100), ElementsAre(4));
  EXPECT_THAT(PopDone(queue, 10, 100), ElementsAre(5));
}

TEST(FairQueueTest, WhoComesLateGoesBeforeThoseWhoHadMore) {
  Queue queue(100, 2);
  Push(queue, "greedy", {1, 2, 3, 4, 5, 6, 7, 8});
  Push(queue, "other", {11, 12, 13, 14, 15, 16});
  Queue::Batch under_way;
  EXPECT_THAT(Pop(queue, &under_way, 4), ElementsAre(1, 2, 11, 12));
  Push(queue, "late", {21});
  EXPECT_THAT(PopDone(queue, 3), ElementsAre(21, 3, 4));
  queue.GiveBack(&under_way);
  EXPECT_THAT(PopDone(queue, 4), ElementsAre(13, 14, 5, 6));
}

// A pause is worth nothing: who asks for dear things one at a time gets no more than its part.
TEST(FairQueueTest, WhoPausesGainsNothing) {
  Queue queue(4000, 10);
  Push(queue, "busy", Many(1500, 1), 1);
  int busy = 0;
  for (int i = 0; i < 5; ++i) {
    Push(queue, "pausing", {0}, 100);
    for (int popped = 1; popped != 0;) {
      popped = PopDone(queue, 1)[0];
      busy += popped;
    }
  }
  EXPECT_GE(busy, 390);
  EXPECT_LE(busy, 420);
}

TEST(FairQueueTest, TheReserveTakesOneTurnOfFlowsWithNothingUnderWay) {
  Queue queue(100, 2);
  Push(queue, "greedy", {1, 2, 3, 4, 5, 6});
  Queue::Batch under_way;
  EXPECT_THAT(Pop(queue, &under_way, 1), ElementsAre(1));
  Push(queue, "late", {21});
  Push(queue, "later", {31, 32, 33});
  Queue::Batch reserve;
  EXPECT_THAT(Pop(queue, &reserve, 100, kAnyCost, Consumer::kReserve), ElementsAre(21, 31, 32));
  // Nothing is for it now, as nobody is behind, until the queue is to be emptied.
  absl::Notification popped;
  std::thread waiting([&] {
    EXPECT_THAT(Pop(queue, &reserve, 100, kAnyCost, Consumer::kReserve),
                ElementsAre(2, 3, 33, 4, 5, 6));
    popped.Notify();
  });
  EXPECT_FALSE(popped.WaitForNotificationWithTimeout(absl::Milliseconds(20)));
  queue.Close();
  waiting.join();
}

TEST(FairQueueTest, TheReserveWaitsWhileAnOrdinaryConsumerIsIdle) {
  Queue queue(100, 10);
  absl::Notification ordinary_popped;
  std::thread reserve([&] {
    Queue::Batch batch;
    EXPECT_THAT(Pop(queue, &batch, 10, kAnyCost, Consumer::kReserve), IsEmpty());
  });
  std::thread ordinary([&] {
    Queue::Batch batch;
    EXPECT_THAT(Pop(queue, &batch, 10), ElementsAre(1, 2));
    ordinary_popped.Notify();
    EXPECT_THAT(Pop(queue, &batch, 10), IsEmpty());
  });
  absl::SleepFor(absl::Milliseconds(50));  // both wait
  Push(queue, "a", {1, 2});
  ordinary_popped.WaitForNotification();
  queue.Close();
  reserve.join();
  ordinary.join();
}

TEST(FairQueueTest, TheGoneCostNoTurnAndNoPlaceInABatch) {
  Queue queue(2000, 2);
  Push(queue, "a", Many(300, -1));
  Push(queue, "a", {1, 2, 3});
  Push(queue, "b", {11, 12, 13});
  const auto is_gone = [](int value) { return value < 0; };
  Queue::Batch batch;
  // So many at once that a batch stays bounded.
  ASSERT_TRUE(queue.PopBatch(Consumer::kOrdinary, {4, kAnyCost}, is_gone, &batch));
  EXPECT_EQ(batch.items().size(), 256u);
  ASSERT_TRUE(queue.PopBatch(Consumer::kOrdinary, {4, kAnyCost}, is_gone, &batch));
  ASSERT_EQ(batch.items().size(), 48u);
  EXPECT_THAT(batch.items().first(2), ElementsAre(11, 12));
  EXPECT_THAT(batch.items().last(2), ElementsAre(1, 2));
}

TEST(FairQueueTest, WhatIsPutBackIsNext) {
  Queue queue(4, 10);
  Push(queue, "a", {1, 2});
  Queue::Batch batch;
  EXPECT_THAT(Pop(queue, &batch, 1), ElementsAre(1));
  queue.PutBack("a", {1, 1});
  queue.GiveBack(&batch);
  EXPECT_THAT(Pop(queue, &batch, 10), ElementsAre(1, 2));
  // Nor is it lost when its flow was forgotten and the queue takes nothing any more.
  queue.GiveBack(&batch);
  queue.Close();
  queue.PutBack("a", {2, 1});
  EXPECT_THAT(Pop(queue, &batch, 10, kAnyCost, Consumer::kReserve), ElementsAre(2));
}

TEST(FairQueueTest, AFlowHoldsNoMoreThanIsLeftFree) {
  Queue queue(100, 10);
  EXPECT_EQ(Push(queue, "a", Many(1000, 1)).count, 50u);
  EXPECT_EQ(Push(queue, "a", {1}).count, 0u);
  EXPECT_EQ(Push(queue, "b", Many(1000, 1)).count, 25u);
  EXPECT_EQ(Push(queue, "c", Many(1000, 1)).count, 13u);
  EXPECT_EQ(queue.size(), 88u);
  EXPECT_EQ(Push(queue, "a", {1}).count, 0u);
  EXPECT_EQ(Push(queue, "late", {1}).count, 1u);
}

TEST(FairQueueTest, ARefusalSaysWhoseFaultItIs) {
  Queue queue(100, 10);
  const Queue::Pushed alone = Push(queue, "a", Many(1000, 1), 3);
  EXPECT_FALSE(alone.queue_full);
  EXPECT_EQ(alone.backlog, 150u);
  for (int i = 0; queue.size() < queue.capacity(); ++i) {
    Push(queue, absl::StrCat("flow ", i), {1, 2}, 3);
  }
  const Queue::Pushed late = Push(queue, "late", {1});
  EXPECT_EQ(late.count, 0u);
  EXPECT_TRUE(late.queue_full);
  EXPECT_EQ(late.backlog, 300u);
  EXPECT_FALSE(Push(queue, "a", {1}).queue_full);
  EXPECT_TRUE(Push(queue, "flow 0", {1}).queue_full);
}

TEST(FairQueueTest, CapacityZeroTakesNothing) {
  Queue queue(0, 1);
  const Queue::Pushed pushed = Push(queue, "a", {1});
  EXPECT_EQ(pushed.count, 0u);
  EXPECT_EQ(queue.flows(), 0u);
}

TEST(FairQueueTest, ItemsThatDoNotFitStayTheCallers) {
  FairQueue<std::unique_ptr<int>> queue(1, 1);
  FairQueue<std::unique_ptr<int>>::Item items[] = {{std::make_unique<int>(1)},
                                                   {std::make_unique<int>(2)}};
  EXPECT_EQ(queue.TryPush("a", absl::MakeSpan(items)).count, 1u);
  EXPECT_EQ(items[0].value, nullptr);
  ASSERT_NE(items[1].value, nullptr);
  EXPECT_EQ(*items[1].value, 2);
}

TEST(FairQueueTest, AFlowIsForgottenWhenItHasNothingLeftAndNoMoreThanItsPart) {
  Queue queue(10000, 10);
  for (int i = 0; i < 1000; ++i) {
    Push(queue, absl::StrCat("flow ", i), {i});
  }
  Queue::Batch batch;
  EXPECT_EQ(Pop(queue, &batch, 2000).size(), 1000u);
  EXPECT_EQ(queue.flows(), 1000u);  // under way
  Push(queue, "flow 7", {7, 8});
  queue.GiveBack(&batch);
  EXPECT_EQ(queue.flows(), 1000u);  // flow 7 has had no more than the others
  EXPECT_THAT(Pop(queue, &batch, 1), ElementsAre(7));
  EXPECT_EQ(queue.flows(), 1u);
  EXPECT_THAT(PopDone(queue, 10), ElementsAre(8));
  queue.GiveBack(&batch);
  EXPECT_EQ(queue.flows(), 0u);
}

TEST(FairQueueTest, NoMoreFlowsAreRememberedThanThereArePlaces) {
  Queue queue(100, 10);
  Push(queue, "waits", {1}, 1000);
  Queue::Batch first;
  Pop(queue, &first, 1);
  Push(queue, "waits", {2});
  for (int i = 0; i < 1000; ++i) {
    Push(queue, absl::StrCat("flow ", i), {3});
    EXPECT_THAT(PopDone(queue, 1), ElementsAre(3));
    EXPECT_LE(queue.flows(), 101u);
  }
}

TEST(FairQueueTest, ClosedGivesWhatItHoldsAndTakesNoMore) {
  Queue queue(10, 10);
  Push(queue, "a", {1, 2});
  queue.Close();
  EXPECT_EQ(Push(queue, "a", {3}).count, 0u);
  EXPECT_EQ(Push(queue, "b", {3}).count, 0u);
  EXPECT_THAT(PopDone(queue, 1), ElementsAre(1));
  EXPECT_THAT(PopDone(queue, 1), ElementsAre(2));
  EXPECT_THAT(PopDone(queue, 1), IsEmpty());
}

TEST(FairQueueTest, CloseWakesEveryWaitingConsumer) {
  Queue queue(10, 10);
  std::vector<std::thread> consumers;
  for (int i = 0; i < 4; ++i) {
    consumers.emplace_back([&queue, i] {
      Queue::Batch batch;
      EXPECT_FALSE(queue.PopBatch(i % 2 == 0 ? Consumer::kOrdinary : Consumer::kReserve,
                                  {1, kAnyCost}, kNoneGone, &batch));
    });
  }
  absl::SleepFor(absl::Milliseconds(20));
  queue.Close();
  for (std::thread& consumer : consumers) {
    consumer.join();
  }
}

TEST(FairQueueTest, ManyProducersAndConsumersLoseAndRepeatNothing) {
  constexpr int kProducers = 4;
  constexpr int kConsumers = 4;
  constexpr int kItems = 5000;
  Queue queue(64, 5);
  std::vector<std::thread> producers;
  for (int p = 0; p < kProducers; ++p) {
    producers.emplace_back([&queue, p] {
      std::vector<int> values(kItems);
      std::iota(values.begin(), values.end(), p * kItems);
      size_t next = 0;
      while (next < values.size()) {
        const size_t end = std::min(values.size(), next + 7);
        const Queue::Pushed pushed =
            Push(queue, absl::StrCat("flow ", p % 3),
                 std::vector<int>(values.begin() + next, values.begin() + end), 1 + p);
        next += pushed.count;
        if (pushed.count == 0) {
          std::this_thread::yield();
        }
      }
    });
  }
  std::vector<std::vector<int>> taken(kConsumers);
  std::vector<std::thread> consumers;
  for (int c = 0; c < kConsumers; ++c) {
    consumers.emplace_back([&queue, c, &mine = taken[c]] {
      Queue::Batch batch;
      const Consumer consumer = c == 0 ? Consumer::kReserve : Consumer::kOrdinary;
      while (queue.PopBatch(consumer, {16, 40}, kNoneGone, &batch)) {
        EXPECT_LE(batch.items().size(), 16u);
        mine.insert(mine.end(), batch.items().begin(), batch.items().end());
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
  EXPECT_EQ(queue.flows(), 0u);
  std::sort(all.begin(), all.end());
  std::vector<int> expected(kProducers * kItems);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(all, expected);
}

}  // namespace
}  // namespace fleetca
