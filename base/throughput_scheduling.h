// How the kernel switches between a server's threads.
#ifndef FLEETCA_BASE_THROUGHPUT_SCHEDULING_H_
#define FLEETCA_BASE_THROUGHPUT_SCHEDULING_H_

#include "absl/status/status.h"

namespace fleetca {

// Puts the calling thread, and those it starts from now on, under SCHED_BATCH (sched(7)): a thread
// that wakes up no longer takes the processor from another one of the process. Without it, each
// answer that a worker gives wakes one of gRPC's threads, which preempts the worker, finds little
// to do and sleeps again: a fifth of the server's CPU time. What waits is done a few milliseconds
// later at most, and then at once with what came meanwhile. Needs no privilege. Call it first in
// main, before threads start. FAILED_PRECONDITION kInternal when the kernel refuses, as a container
// may: everything works then, only dearer.
absl::Status ScheduleForThroughput();

}  // namespace fleetca

#endif  // FLEETCA_BASE_THROUGHPUT_SCHEDULING_H_
