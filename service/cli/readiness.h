// Telling those who started the server that it answers.
#ifndef FLEETCA_SERVICE_CLI_READINESS_H_
#define FLEETCA_SERVICE_CLI_READINESS_H_

#include <string>

#include "absl/status/status.h"

namespace fleetca::service {

// Writes the port and, unless it is 0, the bootstrap port to `path`, a line each, all at once, by
// the rules of base/ready_file.h.
absl::Status WriteReadyFile(const std::string& path, int port, int bootstrap_port);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CLI_READINESS_H_
