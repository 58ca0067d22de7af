#include "client/backoff.h"

#include <algorithm>
#include <utility>

#include "base/errors.h"
#include "base/random.h"

namespace fleetca::client {
namespace {

// The share of a wait that is random.
constexpr double kJitter = 0.5;
// The server's RetryInfo is a minimum, so its jitter only adds.
constexpr double kRetryInfoJitter = 0.1;

}  // namespace

bool IsRetryable(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    // This client cancels nothing: it is how gRPC ends a call that reaches a server as it shuts
    // down.
    case absl::StatusCode::kCancelled:
      return true;
    case absl::StatusCode::kResourceExhausted:
      return GetReason(status) == Reason::kQueueFull || GetRetryDelay(status).has_value();
    default:
      return false;
  }
}

Backoff::Backoff(BackoffOptions options, const Clock& clock, absl::Time deadline)
    : options_(std::move(options)),
      clock_(clock),
      deadline_(deadline),
      next_delay_(options_.initial_delay) {
  if (!options_.random_fraction) {
    options_.random_fraction = DrawFraction;
  }
}

std::optional<absl::Duration> Backoff::DelayAfter(const absl::Status& status) {
  ++attempts_;
  if (!IsRetryable(status)) {
    return std::nullopt;
  }
  const bool counts = !options_.wait_through || !options_.wait_through(status);
  counted_ += counts ? 1 : 0;
  if (counts && counted_ >= options_.max_attempts) {
    return std::nullopt;
  }
  const double fraction = options_.random_fraction();
  absl::Duration delay = next_delay_ * (1.0 - kJitter * fraction);
  next_delay_ = std::min(next_delay_ * 2, options_.max_delay);
  if (const std::optional<absl::Duration> wanted = GetRetryDelay(status)) {
    delay = std::max(delay, *wanted * (1.0 + kRetryInfoJitter * fraction));
  }
  if (clock_.Now() + delay >= deadline_) {
    return std::nullopt;
  }
  return delay;
}

}  // namespace fleetca::client
