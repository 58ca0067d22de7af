// Telling those who started the server how it does.
#ifndef FLEETCA_SERVICE_CLI_READINESS_H_
#define FLEETCA_SERVICE_CLI_READINESS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleetca::service {

// Sends `state` ("READY=1", "STOPPING=1") to systemd's socket, $NOTIFY_SOCKET, as sd_notify(3)
// does. OK, and nothing, when the variable is not set.
absl::Status NotifySystemd(absl::string_view state);

// Removes what an earlier server left at `path`, by the rule of base/output_file.h: a device, a
// pipe and a link stay.
absl::Status RemoveReadyFile(const std::string& path);

// Writes the port and, unless it is 0, the bootstrap port to `path`, a line each, all at once, by
// the same rule.
absl::Status WriteReadyFile(const std::string& path, int port, int bootstrap_port);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CLI_READINESS_H_
