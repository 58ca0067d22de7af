// How long an agent waits before it tries again.
#ifndef FLEETCA_CLIENT_AGENT_ATTEMPT_DELAY_H_
#define FLEETCA_CLIENT_AGENT_ATTEMPT_DELAY_H_

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace fleetca::client {

// What one failure after the other doubles.
struct AttemptDelay {
  absl::Duration first;
  absl::Duration longest;
};

// Of a failure that passes by itself, such as a CA that is away, and of one that somebody has to
// mend, for a certificate of this life: so often that a short certificate is renewed in time all
// the same. `life` is zero where there is no certificate.
AttemptDelay DelayAfterOutage(absl::Duration life);
AttemptDelay DelayAfterRefusal(absl::Duration life);

// How long the CA wants not to be asked after this, where that is not absurd: an hour at most. Zero
// where it does not say.
absl::Duration WantedWait(const absl::Status& status);

// The wait after the last of `failures` in a row, 1 or more. `fraction`, 0 to 1, is for the jitter:
// half of the wait, so that a fleet that failed together does not return together. Never shorter
// than WantedWait. Pure.
absl::Duration WaitAfter(const absl::Status& status, const AttemptDelay& delay, int failures,
                         double fraction);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_ATTEMPT_DELAY_H_
