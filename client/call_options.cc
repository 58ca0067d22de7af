#include "client/call_options.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/errors.h"
#include "grpcpp/support/time.h"

namespace fleetca::client {

const Clock& ClockOf(const CallOptions& options) {
  return options.clock != nullptr ? *options.clock : Clock::System();
}

void SleepFor(const CallOptions& options, absl::Duration duration) {
  if (options.sleep) {
    options.sleep(duration);
  } else {
    absl::SleepFor(duration);
  }
}

absl::Status AfterAttempts(const absl::Status& status, int attempts) {
  return attempts > 1 ? Annotate(status, absl::StrCat("after ", attempts, " attempts")) : status;
}

void SetAttemptDeadline(const CallOptions& options, absl::Duration remaining,
                        grpc::ClientContext* context) {
  context->set_deadline(
      absl::ToChronoTime(absl::Now() + std::min(remaining, options.attempt_deadline)));
}

absl::Status CallWithRetries(const CallOptions& options,
                             absl::FunctionRef<absl::Status(absl::Duration remaining)> attempt) {
  const Clock& clock = ClockOf(options);
  const absl::Time deadline = clock.Now() + options.deadline;
  Backoff backoff(options.backoff, clock, deadline);
  while (true) {
    const absl::Status status = attempt(deadline - clock.Now());
    if (status.ok()) {
      return status;
    }
    const std::optional<absl::Duration> delay = backoff.DelayAfter(status);
    if (!delay.has_value()) {
      return AfterAttempts(status, backoff.attempts());
    }
    SleepFor(options, *delay);
  }
}

}  // namespace fleetca::client
