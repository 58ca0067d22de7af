#include "base/thread.h"

#include <atomic>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "base/errors.h"
#include "base/testing/no_threads_left.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca {
namespace {

TEST(ThreadTest, RunsTheBodyUnderItsNameAndIsJoinedAtItsEnd) {
  std::atomic<int> runs = 0;
  std::string name(16, '\0');
  {
    auto thread = Thread::Start("a name that is too long", [&] {
      pthread_getname_np(pthread_self(), name.data(), name.size());
      ++runs;
    });
    FLEETCA_ASSERT_OK(thread.status());
  }
  EXPECT_EQ(runs, 1);
  EXPECT_STREQ(name.c_str(), "a name that is ");
}

TEST(ThreadTest, MovesAndJoinsOnce) {
  std::atomic<int> runs = 0;
  Thread first = *Thread::Start("first", [&runs] { ++runs; });
  Thread second = std::move(first);
  first.Join();
  second.Join();
  EXPECT_EQ(runs, 1);
  second.Join();
  second = *Thread::Start("second", [&runs] { ++runs; });
  second = Thread();  // joins
  EXPECT_EQ(runs, 2);
}

TEST(ThreadTest, ASystemWithoutThreadsLeftIsASentence) {
  EXPECT_TRUE(testing::WithoutThreadsLeft([] {
    const absl::StatusOr<Thread> thread = Thread::Start("one too many", [] {});
    return thread.status().code() == absl::StatusCode::kUnavailable &&
           GetReason(thread.status()) == Reason::kInternal &&
           absl::StrContains(thread.status().message(), "one too many") &&
           absl::StrContains(thread.status().message(), "ulimit -u");
  }));
}

}  // namespace
}  // namespace fleetca
