#include "client/call_options.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/errors.h"
#include "client/backoff.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/time.h"

namespace fleetca::client {

const Clock& ClockOf(const CallOptions& options) {
  return options.clock != nullptr ? *options.clock : Clock::System();
}

void WaitBetweenAttempts(const CallOptions& options, grpc::Channel& channel,
                         absl::Duration duration) {
  if (options.sleep) {
    options.sleep(duration);
    return;
  }
  const std::chrono::system_clock::time_point end = absl::ToChronoTime(absl::Now() + duration);
  const bool was_ready = channel.GetState(false) == GRPC_CHANNEL_READY;
  while (true) {
    const grpc_connectivity_state state = channel.GetState(/*try_to_connect=*/true);
    if ((state == GRPC_CHANNEL_READY && !was_ready) || !channel.WaitForStateChange(state, end)) {
      return;
    }
  }
}

absl::Status AfterAttempts(const absl::Status& status, int attempts) {
  // A refusal is what the last attempt got: how many went before does not matter to it.
  return attempts > 1 && IsRetryable(status)
             ? Annotate(status, absl::StrCat("after ", attempts, " attempts"))
             : status;
}

void SetAttemptDeadline(const CallOptions& options, absl::Duration remaining,
                        grpc::ClientContext* context) {
  context->set_deadline(
      absl::ToChronoTime(absl::Now() + std::min(remaining, options.attempt_deadline)));
}

absl::Status CallWithRetries(const CallOptions& options, grpc::Channel& channel,
                             absl::FunctionRef<absl::Status(absl::Duration remaining)> attempt) {
  const Clock& clock = ClockOf(options);
  const absl::Time deadline = clock.Now() + options.deadline;
  Backoff backoff(options.backoff, clock, deadline);
  while (true) {
    if (options.before_attempt) {
      options.before_attempt(channel, deadline - clock.Now());
    }
    const absl::Status status = attempt(deadline - clock.Now());
    if (status.ok()) {
      return status;
    }
    if (options.after_failure) {
      options.after_failure(status);
    }
    const std::optional<absl::Duration> delay = backoff.DelayAfter(status);
    if (!delay.has_value()) {
      return AfterAttempts(status, backoff.attempts());
    }
    WaitBetweenAttempts(options, channel, *delay);
  }
}

}  // namespace fleetca::client
