// An event that a thread waits for, for a time by a clock that nobody sets.
#ifndef FLEETCA_BASE_STEADY_EVENT_H_
#define FLEETCA_BASE_STEADY_EVENT_H_

#include <pthread.h>

#include "absl/time/time.h"

namespace fleetca {

// Remembers one Set until somebody waits. The timed waits of absl end at a time of the wall clock:
// a thread that does something every second does nothing for an hour where that clock is set back
// by an hour while the thread waits. This one's do not. Thread-safe.
class SteadyEvent {
 public:
  SteadyEvent();
  SteadyEvent(const SteadyEvent&) = delete;
  SteadyEvent& operator=(const SteadyEvent&) = delete;
  ~SteadyEvent();

  // Ends the wait that is under way, or the next one.
  void Set();
  // Returns when it was set, or `duration` is over. For ever where that is infinite.
  void WaitFor(absl::Duration duration);

 private:
  pthread_mutex_t mutex_;
  pthread_cond_t changed_;
  bool set_ = false;
};

}  // namespace fleetca

#endif  // FLEETCA_BASE_STEADY_EVENT_H_
