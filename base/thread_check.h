// Whether the system has threads to give, asked before a library needs them.
#ifndef FLEETCA_BASE_THREAD_CHECK_H_
#define FLEETCA_BASE_THREAD_CHECK_H_

#include "absl/status/status.h"

namespace fleetca {

// Starts `count` threads at once, and ends them again, which takes less than a millisecond. gRPC
// aborts, or hangs for ever, where it cannot start a thread of its own, so ask before it is used.
// The errors of Thread::Start.
absl::Status CheckThreadsCanStart(int count);

}  // namespace fleetca

#endif  // FLEETCA_BASE_THREAD_CHECK_H_
