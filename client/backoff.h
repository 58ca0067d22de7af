// When to try a failed call again.
#ifndef FLEETCA_CLIENT_BACKOFF_H_
#define FLEETCA_CLIENT_BACKOFF_H_

#include <functional>
#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/clock.h"

namespace fleetca::client {

struct BackoffOptions {
  // Before the second attempt; each further wait is twice as long, up to `max_delay`.
  absl::Duration initial_delay = absl::Milliseconds(100);
  absl::Duration max_delay = absl::Seconds(5);
  // Attempts in all; 1 means no retry.
  int max_attempts = 8;
  // Returns true for a failure that is to be waited through: such attempts do not count towards
  // max_attempts, and are repeated until the deadline. Where this is null, all attempts count.
  std::function<bool(const absl::Status&)> wait_through;
  // Between 0 and 1, for the jitter; null draws from RandomBytes.
  std::function<double()> random_fraction;
};

// Whether another attempt can succeed where this one failed: UNAVAILABLE, DEADLINE_EXCEEDED, and
// RESOURCE_EXHAUSTED when the server's queue was full (not when a message was too large). Says
// nothing of whether the call may be repeated; that is the caller's to know.
bool IsRetryable(const absl::Status& status);

// Counts the attempts of one call and spreads them out: exponential, jittered so that a fleet that
// failed together does not return together, and never before the server's own RetryInfo.
// Thread-compatible.
class Backoff {
 public:
  // No attempt starts at or after `deadline` by `clock`, which must outlive this object.
  Backoff(BackoffOptions options, const Clock& clock, absl::Time deadline);

  // After a failed attempt: how long to wait before the next one, or nullopt when `status` is
  // final, the attempts are used up, or the wait would pass the deadline.
  [[nodiscard]] std::optional<absl::Duration> DelayAfter(const absl::Status& status);

  // Failed attempts so far.
  int attempts() const { return attempts_; }

 private:
  BackoffOptions options_;
  const Clock& clock_;
  absl::Time deadline_;
  absl::Duration next_delay_;
  int attempts_ = 0;
  int counted_ = 0;  // those that max_attempts bounds
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_BACKOFF_H_
