// The process that serves the bootstrap port, from its first line to its last.
#ifndef FLEETCA_SERVICE_BOOTSTRAP_BOOTSTRAP_PROCESS_H_
#define FLEETCA_SERVICE_BOOTSTRAP_BOOTSTRAP_PROCESS_H_

#include <string>
#include <vector>

namespace fleetca::service {

// Serves `sockets` sockets, which this process was given together with the way to the issuing
// process (service/bootstrap/bootstrap_launch.h), until SIGTERM comes or the issuing process is
// gone. What was accepted then has two seconds to be answered. Returns the exit code; an error that
// the issuing process was told is for it to report, and any other one is on standard error. Call it
// first in main.
//
// Opens no files once it has begun but those in `readable`; when one of these is replaced, which it
// could not read then, it ends in order, to be started again.
int RunBootstrapProcess(int sockets, std::vector<std::string> readable);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_BOOTSTRAP_BOOTSTRAP_PROCESS_H_
