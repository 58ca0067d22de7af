#include "base/thread_check.h"

#include "absl/strings/match.h"
#include "base/errors.h"
#include "base/testing/no_threads_left.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca {
namespace {

TEST(ThreadCheckTest, FindsThreadsWhereThereAreSome) {
  FLEETCA_EXPECT_OK(CheckThreadsCanStart(0));
  FLEETCA_EXPECT_OK(CheckThreadsCanStart(8));
}

TEST(ThreadCheckTest, SaysThatThereAreNone) {
  EXPECT_TRUE(testing::WithoutThreadsLeft([] {
    const absl::Status status = CheckThreadsCanStart(8);
    return status.code() == absl::StatusCode::kUnavailable &&
           GetReason(status) == Reason::kInternal &&
           absl::StartsWith(status.message(), "This needs 8 threads or more: Cannot start");
  }));
}

}  // namespace
}  // namespace fleetca
