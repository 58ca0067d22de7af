// Work that may hang, for one who cannot wait.
#ifndef FLEETCA_CLIENT_CLI_MANUAL_TIME_LIMITED_H_
#define FLEETCA_CLIENT_CLI_MANUAL_TIME_LIMITED_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"

namespace fleetca::client {

// Runs `work` in a copy of this process, and returns what it has written to `descriptor` when it is
// done, or when `limit` is over; then the copy is killed, whatever it waits for. Its standard
// streams are /dev/null, so that it says nothing and asks nobody. What it changes in memory is
// lost. Empty where the system cannot start it. For a process that has started no thread: another
// thread's locks would stay locked in the copy.
std::string RunForAtMost(absl::Duration limit, absl::FunctionRef<void(int descriptor)> work);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_MANUAL_TIME_LIMITED_H_
