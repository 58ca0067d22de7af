// What the process of the bootstrap port may cost the machine, and its threads their neighbours.
#ifndef FLEETCA_SERVICE_BOOTSTRAP_PROCESS_BOUNDS_H_
#define FLEETCA_SERVICE_BOOTSTRAP_PROCESS_BOUNDS_H_

#include <cstddef>

#include "absl/status/status.h"

namespace fleetca::service {

// Memory that the process may write to, stacks of threads included. It works in a tenth of that;
// beyond it the process ends and is started again, which takes a fraction of a second.
inline constexpr size_t kProcessMemoryBytes = size_t{384} << 20;

// Descriptors, which are connections for the most part.
inline constexpr size_t kProcessDescriptors = 4096;

// Bounds the calling process for good. Call it first in main, before threads start and before
// HardenProcess, after which files in /proc are root's. In force from then on:
//
// - It ends with its parent, whatever way that goes (PR_SET_PDEATHSIG), and has no more rights than
//   now (PR_SET_NO_NEW_PRIVS).
// - Memory and descriptors are bounded. It is the first to go when the machine has no memory left,
//   and yields the processor to everyone else (nice). Threads get stacks of 1 MiB.
// - glibc keeps few arenas and gives memory back early, as floods come and go.
//
// Does all it can, whatever fails: FAILED_PRECONDITION kConfigInvalid with a sentence for each
// thing that is not in force.
absl::Status BoundThisProcess();

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_BOOTSTRAP_PROCESS_BOUNDS_H_
