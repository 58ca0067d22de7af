// Time as a dependency, so that tests own it.
#ifndef FLEETCA_BASE_CLOCK_H_
#define FLEETCA_BASE_CLOCK_H_

#include "absl/time/time.h"

namespace fleetca {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // Wall-clock time, UTC. May step backwards.
  virtual absl::Time Now() const = 0;

  // The operating system's clock; lives for ever.
  static const Clock& System();
};

}  // namespace fleetca

#endif  // FLEETCA_BASE_CLOCK_H_
