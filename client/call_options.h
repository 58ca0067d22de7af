// How a call is tried until it succeeds, fails for good, or has taken too long.
#ifndef FLEETCA_CLIENT_CALL_OPTIONS_H_
#define FLEETCA_CLIENT_CALL_OPTIONS_H_

#include <functional>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "client/backoff.h"

namespace grpc {
class Channel;
class ClientContext;
}  // namespace grpc

namespace fleetca::client {

struct CallOptions {
  // For a call with all its retries.
  absl::Duration deadline = absl::Seconds(30);
  // For one attempt of it.
  absl::Duration attempt_deadline = absl::Seconds(10);
  BackoffOptions backoff;
  // For a caller that must know whether a request may have gone out; both may be null. Called
  // before each attempt, with the connection and the time that is left, and after one that failed.
  std::function<void(grpc::Channel& channel, absl::Duration remaining)> before_attempt;
  std::function<void(const absl::Status& status)> after_failure;
  // For tests: both null in earnest, for the system's clock and a wait that works on the
  // connection. The clock must outlive whoever makes the calls.
  const Clock* clock = nullptr;
  std::function<void(absl::Duration)> sleep;
};

// The clock of `options`, or the one that null stands for.
const Clock& ClockOf(const CallOptions& options);

// Waits for `duration` between two attempts, and meanwhile works on the connection: gRPC goes on
// with a handshake only while some thread waits for it, and a server gives up a handshake that
// rests. A channel that was not connected and becomes so ends the wait.
void WaitBetweenAttempts(const CallOptions& options, grpc::Channel& channel,
                         absl::Duration duration);

// Runs `attempt`, a call over `channel`, with what remains of the deadline, until it returns OK, an
// error that is final, or one after which no other attempt fits into the deadline. The error is the
// last one, with the words of AfterAttempts.
absl::Status CallWithRetries(const CallOptions& options, grpc::Channel& channel,
                             absl::FunctionRef<absl::Status(absl::Duration remaining)> attempt);

// The deadline of one attempt.
void SetAttemptDeadline(const CallOptions& options, absl::Duration remaining,
                        grpc::ClientContext* context);

// Says how often a call was tried where that is more than once, and where it ended in a failure
// that another attempt might have mended: of a refusal that came at last, it is beside the point.
absl::Status AfterAttempts(const absl::Status& status, int attempts);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CALL_OPTIONS_H_
