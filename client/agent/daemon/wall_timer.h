// Waits for a time of the wall clock.
#ifndef FLEETCA_CLIENT_AGENT_DAEMON_WALL_TIMER_H_
#define FLEETCA_CLIENT_AGENT_DAEMON_WALL_TIMER_H_

#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/descriptor.h"

namespace fleetca::client {

// A wait ends when the wall clock says the time, when somebody wakes it, and when the clock was
// set, which the kernel tells (TFD_TIMER_CANCEL_ON_SET): so no time is missed because a wait was
// measured by another clock. A machine that slept wakes it as well. Wait is for one thread; Wake is
// thread-safe.
class WallTimer {
 public:
  // UNAVAILABLE kInternal when the process has no descriptors left.
  static absl::StatusOr<WallTimer> Create();

  enum class End { kTime, kWoken, kClockSet };
  // Until `time`, which is a minute ahead at most.
  End WaitUntil(absl::Time time) const;

  void Wake() const;

 private:
  WallTimer(Descriptor timer, Descriptor wake) : timer_(std::move(timer)), wake_(std::move(wake)) {}

  Descriptor timer_;
  Descriptor wake_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_DAEMON_WALL_TIMER_H_
