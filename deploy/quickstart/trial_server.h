// The server of a trial: a process that stays when the command has ended.
#ifndef FLEETCA_DEPLOY_QUICKSTART_TRIAL_SERVER_H_
#define FLEETCA_DEPLOY_QUICKSTART_TRIAL_SERVER_H_

#include <sys/types.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "deploy/quickstart/trial_folder.h"

namespace fleetca::quickstart {

// Where the server runs, as a shell has it of its jobs.
enum class ServerPlace { kBackground, kForeground };

// The process that has folder.pid_file() locked; 0 where none has. The lock goes with the process,
// however that ends, so no other process is ever taken for the server because it has its number
// now. FAILED_PRECONDITION kFileInvalid when the file cannot be opened, or is locked and names no
// process that is 'fleetca serve' with this configuration.
absl::StatusOr<pid_t> RunningServer(const TrialFolder& folder);

// Starts 'fleetca serve' and returns its process when it answers. In the background it is a session
// of its own, which outlives this process, the terminal and Ctrl-C, and logs to folder.log(). In
// the foreground it logs to standard error, and is told to end when this process ends.
// FAILED_PRECONDITION kConfigInvalid with the end of its log when it does not start; it is ended
// when it has not answered after two minutes. No other thread may run.
absl::StatusOr<pid_t> StartServer(const TrialFolder& folder, ServerPlace place);

// Has the server, which runs, drain, and returns when it has ended. UNAVAILABLE kFileInvalid when
// it has not after 40 seconds.
absl::Status StopServer(const TrialFolder& folder, pid_t pid);

// From now on SIGTERM and SIGHUP to this process go to a server in the foreground; Ctrl-C reaches
// it by itself. Before anybody is told that the server runs: whoever reads that may send one at
// once.
void PassSignalsOn(pid_t pid);

// Waits for a server in the foreground. Returns its exit code.
int AwaitServer(pid_t pid);

}  // namespace fleetca::quickstart

#endif  // FLEETCA_DEPLOY_QUICKSTART_TRIAL_SERVER_H_
