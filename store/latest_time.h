// The latest time that a store knows of.
#ifndef FLEETCA_STORE_LATEST_TIME_H_
#define FLEETCA_STORE_LATEST_TIME_H_

#include "absl/time/time.h"

namespace fleetca::store {

// A reader of a store. Thread-safe.
class LatestTime {
 public:
  virtual ~LatestTime() = default;

  // The latest of the times that writes noted (issued_at, created_at, revoked_at, blocked_at,
  // unblocked_at, a CRL's this_update, NoteTime's), to the millisecond and across restarts: a clock
  // that shows less was set back. It may be one of a write that failed. The epoch when there was
  // none.
  virtual absl::Time latest_time() const = 0;
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_LATEST_TIME_H_
