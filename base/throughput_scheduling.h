// How the kernel switches between a server's threads.
#ifndef FLEETCA_BASE_THROUGHPUT_SCHEDULING_H_
#define FLEETCA_BASE_THROUGHPUT_SCHEDULING_H_

#include "absl/status/status.h"

namespace fleetca {

// Puts the calling thread, and those it starts from now on, under SCHED_BATCH (sched(7)): when such
// a thread wakes up it does not take the processor from one that runs. Without it, each answer that
// a worker gives wakes one of gRPC's threads, which preempts the worker, finds little to do and
// sleeps again: a tenth of the server's CPU time for single calls. Needs no privilege. Call it
// first in main, before threads start. A policy that the operator chose (chrt) stays.
// FAILED_PRECONDITION kInternal when the kernel refuses, as in some containers: everything works
// then, at a higher cost.
absl::Status ScheduleForThroughput();

// The opposite, for a thread that does the work: the calling one wakes up at once again, also where
// another program keeps the processor busy; there a thread under SCHED_BATCH would wait for the
// next tick after every sync. Does nothing unless ScheduleForThroughput took effect.
void ScheduleThisThreadAtOnce();

}  // namespace fleetca

#endif  // FLEETCA_BASE_THROUGHPUT_SCHEDULING_H_
