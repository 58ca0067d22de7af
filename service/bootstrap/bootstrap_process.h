// The process that serves the bootstrap port, from its first line to its last.
#ifndef FLEETCA_SERVICE_BOOTSTRAP_BOOTSTRAP_PROCESS_H_
#define FLEETCA_SERVICE_BOOTSTRAP_BOOTSTRAP_PROCESS_H_

#include "absl/status/status.h"

namespace fleetca::service {

// Serves `sockets` sockets, which this process was given with the way to the issuing process
// (service/bootstrap/launch.h), until SIGTERM comes or the issuing process is gone. What was
// accepted then has two seconds to be answered. An error is logged, and told to the issuing process
// where that is there. Call it first in main.
absl::Status RunBootstrapProcess(int sockets);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_BOOTSTRAP_BOOTSTRAP_PROCESS_H_
