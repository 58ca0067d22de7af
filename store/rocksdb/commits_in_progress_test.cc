// Commits that share a key come one after the other, as they came; others do not wait.
#include "store/rocksdb/commits_in_progress.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"

namespace fleetca::store {
namespace {

using Turn = CommitsInProgress::Turn;

CommitKeys Keys(const std::vector<absl::string_view>& texts,
                CommitKey::Kind kind = CommitKey::Kind::kRequest) {
  CommitKeys keys;
  for (const absl::string_view text : texts) {
    keys.push_back({kind, static_cast<uint32_t>(keys.size()), 0, text});
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

TEST(CommitsInProgressTest, OthersDoNotWait) {
  CommitsInProgress commits;
  const CommitKeys none;
  const CommitKeys one = Keys({"a", "b"});
  const CommitKeys other = Keys({"c", "d"});
  const CommitKeys same_text = Keys({"a"}, CommitKey::Kind::kJwt);
  const Turn first(commits, one);
  const Turn second(commits, none);
  const Turn third(commits, other);
  const Turn fourth(commits, same_text);
  const Turn fifth(commits, none);
}

TEST(CommitsInProgressTest, WhoSharesAKeyWaits) {
  CommitsInProgress commits;
  const CommitKeys one = Keys({"a", "b", "c"});
  const CommitKeys sharing = Keys({"0", "c", "d"});
  auto first = std::make_unique<Turn>(commits, one);
  std::atomic<bool> ended{false};
  std::thread waiter([&] {
    const Turn turn(commits, sharing);
    EXPECT_TRUE(ended);
  });
  absl::SleepFor(absl::Milliseconds(50));
  ended = true;
  first.reset();
  waiter.join();
}

// One that wants much is not overtaken for ever by those that want little of it.
TEST(CommitsInProgressTest, NobodyIsOvertaken) {
  CommitsInProgress commits;
  const CommitKeys a = Keys({"a"});
  const CommitKeys b = Keys({"b"});
  const CommitKeys both = Keys({"a", "b"});
  auto first = std::make_unique<Turn>(commits, a);
  std::atomic<bool> had_its_turn{false};
  absl::Notification started;
  std::thread wants_both([&] {
    started.Notify();
    const Turn turn(commits, both);
    absl::SleepFor(absl::Milliseconds(20));
    had_its_turn = true;
  });
  started.WaitForNotification();
  absl::SleepFor(absl::Milliseconds(50));
  std::thread wants_b([&] {
    const Turn turn(commits, b);
    EXPECT_TRUE(had_its_turn);
  });
  absl::SleepFor(absl::Milliseconds(50));
  first.reset();
  wants_both.join();
  wants_b.join();
}

TEST(CommitsInProgressTest, NoTwoAreInTheirTurnAtOnce) {
  CommitsInProgress commits;
  const std::vector<std::string> texts = {"a", "b", "c", "d"};
  std::vector<std::atomic<int>> holders(texts.size());
  std::vector<std::thread> threads;
  for (size_t thread = 0; thread < 6; ++thread) {
    threads.emplace_back([&, thread] {
      const size_t x = thread % texts.size();
      const size_t y = (thread + 1 + thread / 4) % texts.size();
      const CommitKeys keys = Keys({texts[x], texts[y]});
      for (int i = 0; i < 500; ++i) {
        const Turn turn(commits, keys);
        EXPECT_EQ(++holders[x], 1);
        EXPECT_EQ(++holders[y], 1);
        --holders[x];
        --holders[y];
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

}  // namespace
}  // namespace fleetca::store
