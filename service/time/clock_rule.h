// Whether the clock may be believed: the one rule for everything that judges time.
#ifndef FLEETCA_SERVICE_TIME_CLOCK_RULE_H_
#define FLEETCA_SERVICE_TIME_CLOCK_RULE_H_

#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "service/time/time_witness.h"
#include "store/latest_time.h"

namespace fleetca::service {

struct ClockLimits {
  // How far the clock may be behind the latest time that the store noted.
  absl::Duration behind = absl::Minutes(5);
  // How far it may be ahead of what the machine's uptime says, or, at the start, of the latest time
  // that the store noted.
  absl::Duration ahead = absl::Hours(24);
};

// A clock that was set back would revive what expired; one that was ahead once makes what lives too
// long, and notes a time that makes the right clock look set back. So the clock is held against the
// store, which notes the time as long as the server runs, and against the uptime:
//
// - Behind the store's latest time by more than `behind`: it was set back, or was ahead once.
// - Ahead by more than `ahead` of the uptime since it was first believed: it was set. A suspended
//   machine's uptime goes on, so that it may wake after a week.
// - Until it was first believed, the same of the store's latest time. A CA that was off for longer
//   is told from a wrong clock by the kernel, which says whether a time service keeps the clock, or
//   else by an operator.
//
// The kernel's word overrules the second and the third, never the first: what the store noted was
// promised. Thread-safe; the references outlive it.
class ClockRule {
 public:
  ClockRule(const Clock& clock, const TimeWitness& witness, const store::LatestTime& store,
            const ClockLimits& limits)
      : clock_(clock), witness_(witness), store_(store), limits_(limits) {}
  ClockRule(const ClockRule&) = delete;
  ClockRule& operator=(const ClockRule&) = delete;

  // The wall clock's time. UNAVAILABLE kClockRefused where it is not believed, with both times and
  // the remedy: then nothing is issued, accepted or noted. A microsecond.
  absl::StatusOr<absl::Time> Now() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const Clock& clock_;
  const TimeWitness& witness_;
  const store::LatestTime& store_;
  const ClockLimits limits_;
  mutable absl::Mutex mutex_;
  // When the machine started, by the clock when it was first believed.
  mutable std::optional<absl::Time> started_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_TIME_CLOCK_RULE_H_
