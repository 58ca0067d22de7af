#include "client/backoff.h"

#include "base/errors.h"
#include "client/status_from_grpc.h"
#include "client/testing/fake_clock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using testing::FakeClock;

const absl::Status kUnavailable = Unavailable(Reason::kStoreUnavailable, "the disk is full");

absl::Status QueueFull(int retry_seconds) {
  google::rpc::Status status;
  status.set_code(static_cast<int>(absl::StatusCode::kResourceExhausted));
  google::rpc::ErrorInfo info;
  info.set_domain("fleetca");
  info.set_reason("QUEUE_FULL");
  status.add_details()->PackFrom(info);
  if (retry_seconds > 0) {
    google::rpc::RetryInfo retry_info;
    retry_info.mutable_retry_delay()->set_seconds(retry_seconds);
    status.add_details()->PackFrom(retry_info);
  }
  return StatusFromRpc(status);
}

// With the jitter at `fraction` of its range.
Backoff MakeBackoff(const Clock& clock, double fraction, int max_attempts = 100,
                    absl::Duration deadline = absl::Hours(1)) {
  BackoffOptions options;
  options.max_attempts = max_attempts;
  options.random_fraction = [fraction] { return fraction; };
  return Backoff(options, clock, clock.Now() + deadline);
}

TEST(BackoffTest, DoublesUpToTheLimit) {
  const FakeClock clock;
  Backoff backoff = MakeBackoff(clock, 0.0);
  for (const int milliseconds : {100, 200, 400, 800, 1600, 3200, 5000, 5000}) {
    EXPECT_EQ(backoff.DelayAfter(kUnavailable), absl::Milliseconds(milliseconds));
  }
  EXPECT_EQ(backoff.attempts(), 8);
}

TEST(BackoffTest, JitterTakesUpToHalf) {
  const FakeClock clock;
  Backoff backoff = MakeBackoff(clock, 1.0);
  EXPECT_EQ(backoff.DelayAfter(kUnavailable), absl::Milliseconds(50));
  EXPECT_EQ(backoff.DelayAfter(kUnavailable), absl::Milliseconds(100));
}

TEST(BackoffTest, TheOwnJitterStaysInItsRangeAndVaries) {
  const FakeClock clock;
  bool varied = false;
  std::optional<absl::Duration> first;
  for (int i = 0; i < 100; ++i) {
    const auto delay =
        Backoff(BackoffOptions(), clock, clock.Now() + absl::Hours(1)).DelayAfter(kUnavailable);
    ASSERT_TRUE(delay.has_value());
    EXPECT_GE(*delay, absl::Milliseconds(50));
    EXPECT_LE(*delay, absl::Milliseconds(100));
    varied |= first.has_value() && *first != *delay;
    first = delay;
  }
  EXPECT_TRUE(varied);
}

TEST(BackoffTest, NeverComesBackBeforeTheServerAsked) {
  const FakeClock clock;
  EXPECT_EQ(MakeBackoff(clock, 0.0).DelayAfter(QueueFull(7)), absl::Seconds(7));
  EXPECT_EQ(MakeBackoff(clock, 1.0).DelayAfter(QueueFull(10)), absl::Seconds(11));
}

TEST(BackoffTest, StopsAfterTheLastAttempt) {
  const FakeClock clock;
  Backoff backoff = MakeBackoff(clock, 0.0, 2);
  EXPECT_NE(backoff.DelayAfter(kUnavailable), std::nullopt);
  EXPECT_EQ(backoff.DelayAfter(kUnavailable), std::nullopt);
}

TEST(BackoffTest, DoesNotWaitPastTheDeadline) {
  const FakeClock clock;
  Backoff backoff = MakeBackoff(clock, 0.0, 100, absl::Milliseconds(150));
  EXPECT_EQ(backoff.DelayAfter(kUnavailable), absl::Milliseconds(100));
  EXPECT_EQ(backoff.DelayAfter(kUnavailable), std::nullopt);
  EXPECT_EQ(MakeBackoff(clock, 0.0, 100, absl::Seconds(5)).DelayAfter(QueueFull(7)), std::nullopt);
}

TEST(BackoffTest, OnlyWhatMayPassIsRetried) {
  EXPECT_TRUE(IsRetryable(kUnavailable));
  EXPECT_TRUE(IsRetryable(absl::DeadlineExceededError("")));
  EXPECT_TRUE(IsRetryable(absl::CancelledError("")));
  EXPECT_TRUE(IsRetryable(QueueFull(0)));
  // gRPC's own: the message was larger than the limit.
  EXPECT_FALSE(IsRetryable(absl::ResourceExhaustedError("message larger than max")));
  for (const absl::StatusCode code :
       {absl::StatusCode::kOk, absl::StatusCode::kInvalidArgument,
        absl::StatusCode::kPermissionDenied, absl::StatusCode::kAlreadyExists,
        absl::StatusCode::kNotFound, absl::StatusCode::kInternal, absl::StatusCode::kDataLoss,
        absl::StatusCode::kUnauthenticated}) {
    EXPECT_FALSE(IsRetryable(absl::Status(code, ""))) << absl::StatusCodeToString(code);
  }
}

}  // namespace
}  // namespace fleetca::client
