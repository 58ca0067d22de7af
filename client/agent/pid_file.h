// The process id that a daemon writes to a file.
#ifndef FLEETCA_CLIENT_AGENT_PID_FILE_H_
#define FLEETCA_CLIENT_AGENT_PID_FILE_H_

#include <sys/types.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace fleetca::client {

struct PidFile {
  pid_t pid = 0;
  absl::Time written_at;
  // Whose file it is: only root and the user of the process itself may say which process it is.
  uid_t owner = 0;
};

// The first line of the file, a number from 2 on in decimal without anything else.
// FAILED_PRECONDITION kFileMissing; kFileInvalid for a link, another kind of file and any other
// contents; kFilePermissions where others than its owner may write it. Thread-safe.
absl::StatusOr<PidFile> ReadPidFile(const std::string& path);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_PID_FILE_H_
