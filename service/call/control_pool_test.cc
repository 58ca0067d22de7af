#include "service/call/control_pool.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::testing::ElementsAre;

const auto kQueueIsFull = IsError(absl::StatusCode::kResourceExhausted, Reason::kQueueFull);
const auto kShareIsFull = IsError(absl::StatusCode::kResourceExhausted, Reason::kCallerShareFull);

// Who did something, in order.
class Diary {
 public:
  void Note(const std::string& name) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    names_.push_back(name);
  }
  std::vector<std::string> names() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return names_;
  }

 private:
  mutable absl::Mutex mutex_;
  std::vector<std::string> names_ ABSL_GUARDED_BY(mutex_);
};

class Noted : public ControlWork {
 public:
  Noted(Diary& diary, std::string name, bool gone = false)
      : diary_(diary), name_(std::move(name)), gone_(gone) {}
  void Do() override { diary_.Note(name_); }
  bool IsGone() const override { return gone_; }

 private:
  Diary& diary_;
  const std::string name_;
  const bool gone_;
};

// A disk that hangs.
class Hanging : public ControlWork {
 public:
  void Do() override {
    begun.Notify();
    end.WaitForNotification();
  }
  bool IsGone() const override { return false; }

  absl::Notification begun;
  absl::Notification end;
};

std::unique_ptr<ControlPool> Start(ControlPool::Options options) {
  auto pool = ControlPool::Start(options);
  FLEETCA_EXPECT_OK(pool);
  return *std::move(pool);
}

class ControlPoolTest : public ::testing::Test {
 protected:
  // One thread, which waits for a disk.
  void StartAndHang(size_t capacity) {
    pool_ = Start({.threads = 1, .capacity = capacity});
    FLEETCA_ASSERT_OK(pool_->Submit("hanging", hanging_));
    hanging_.begun.WaitForNotification();
  }
  absl::Status Submit(absl::string_view caller, const std::string& name, bool gone = false) {
    works_.push_back(std::make_unique<Noted>(diary_, name, gone));
    return pool_->Submit(caller, *works_.back());
  }
  void Finish() {
    hanging_.end.Notify();
    pool_.reset();
  }

  Diary diary_;
  Hanging hanging_;
  std::vector<std::unique_ptr<Noted>> works_;  // outlive the pool
  std::unique_ptr<ControlPool> pool_;
};

TEST_F(ControlPoolTest, DoesEveryWorkOnceOnThreadsOfItsOwn) {
  class Counted : public ControlWork {
   public:
    void Do() override {
      EXPECT_NE(std::this_thread::get_id(), submitter);
      ++done;
    }
    bool IsGone() const override { return false; }
    std::thread::id submitter;
    std::atomic<int> done = 0;
  };
  std::vector<std::vector<Counted>> works(4);
  pool_ = Start({.threads = 3, .capacity = 10'000});
  std::vector<std::thread> callers;
  for (auto& own : works) {
    own = std::vector<Counted>(500);
    callers.emplace_back([this, &own] {
      for (Counted& work : own) {
        work.submitter = std::this_thread::get_id();
        FLEETCA_EXPECT_OK(pool_->Submit("caller", work));
      }
    });
  }
  for (std::thread& caller : callers) {
    caller.join();
  }
  pool_.reset();
  for (const auto& own : works) {
    for (const Counted& work : own) {
      EXPECT_EQ(work.done, 1);
    }
  }
}

TEST_F(ControlPoolTest, ACallerHasAShareAndWhatIsBeyondItIsRefused) {
  StartAndHang(4);
  FLEETCA_EXPECT_OK(Submit("a", "a1"));
  FLEETCA_EXPECT_OK(Submit("a", "a2"));
  const absl::Status refused = Submit("a", "a3");
  EXPECT_THAT(refused, kShareIsFull);
  EXPECT_THAT(std::string(refused.message()), ::testing::HasSubstr("; retry in "));
  EXPECT_GE(GetRetryDelay(refused).value_or(absl::ZeroDuration()), absl::Milliseconds(100));
  FLEETCA_EXPECT_OK(Submit("b", "b1"));
  Finish();
  EXPECT_THAT(diary_.names(), ElementsAre("a1", "b1", "a2"));
}

TEST_F(ControlPoolTest, AFullQueueRefusesEveryone) {
  StartAndHang(2);
  FLEETCA_EXPECT_OK(Submit("a", "a1"));
  FLEETCA_EXPECT_OK(Submit("b", "b1"));
  EXPECT_EQ(pool_->size(), 2u);
  const absl::Status refused = Submit("c", "c1");
  EXPECT_THAT(refused, kQueueIsFull);
  EXPECT_GE(GetRetryDelay(refused).value_or(absl::ZeroDuration()), absl::Milliseconds(100));
  Finish();
  EXPECT_THAT(diary_.names(), ElementsAre("a1", "b1"));
}

TEST_F(ControlPoolTest, ALongBacklogSaysToComeBackLater) {
  StartAndHang(2000);
  for (int i = 0; i < 1000; ++i) {
    FLEETCA_ASSERT_OK(Submit("a", "a"));
  }
  const absl::Status refused = Submit("a", "a");
  EXPECT_THAT(refused, kShareIsFull);
  EXPECT_GT(GetRetryDelay(refused).value_or(absl::ZeroDuration()), absl::Seconds(1));
  EXPECT_LE(GetRetryDelay(refused).value_or(absl::ZeroDuration()), absl::Seconds(30));
  Finish();
  EXPECT_EQ(diary_.names().size(), 1000u);
}

TEST_F(ControlPoolTest, CallersTakeTurns) {
  StartAndHang(100);
  for (const char* name : {"a1", "a2", "a3", "a4"}) {
    FLEETCA_EXPECT_OK(Submit("a", name));
  }
  FLEETCA_EXPECT_OK(Submit("b", "b1"));
  Finish();
  EXPECT_THAT(diary_.names(), ElementsAre("a1", "b1", "a2", "a3", "a4"));
}

// Every work belongs to a call, which somebody must end.
TEST_F(ControlPoolTest, WorkThatNobodyWaitsForIsHandedOutAllTheSame) {
  StartAndHang(100);
  FLEETCA_EXPECT_OK(Submit("a", "gone", /*gone=*/true));
  FLEETCA_EXPECT_OK(Submit("a", "there"));
  Finish();
  EXPECT_THAT(diary_.names(), ElementsAre("gone", "there"));
}

TEST_F(ControlPoolTest, AWorkThatHangsHoldsNoOtherThread) {
  pool_ = Start({.threads = 2});
  FLEETCA_ASSERT_OK(pool_->Submit("hanging", hanging_));
  hanging_.begun.WaitForNotification();
  class Notifying : public ControlWork {
   public:
    void Do() override { done.Notify(); }
    bool IsGone() const override { return false; }
    absl::Notification done;
  };
  Notifying quick;
  FLEETCA_ASSERT_OK(pool_->Submit("quick", quick));
  EXPECT_TRUE(quick.done.WaitForNotificationWithTimeout(absl::Seconds(30)));
  Finish();
}

}  // namespace
}  // namespace fleetca::service
