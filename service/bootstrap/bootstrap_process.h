// The process that serves the bootstrap port, from its first line to its last.
#ifndef FLEETCA_SERVICE_BOOTSTRAP_BOOTSTRAP_PROCESS_H_
#define FLEETCA_SERVICE_BOOTSTRAP_BOOTSTRAP_PROCESS_H_

namespace fleetca::service {

// Serves `sockets` sockets, which this process was given together with the way to the issuing
// process (service/edge/bootstrap_launch.h), until SIGTERM comes or the issuing process is gone.
// What was accepted then has two seconds to be answered. Returns the exit code; an error that the
// issuing process was told is for it to report, and any other one is on standard error. Call it
// first in main.
int RunBootstrapProcess(int sockets);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_BOOTSTRAP_BOOTSTRAP_PROCESS_H_
