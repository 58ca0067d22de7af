// A program that is run to its end, without a shell.
#ifndef FLEETCA_CLIENT_AGENT_PROGRAM_RUN_H_
#define FLEETCA_CLIENT_AGENT_PROGRAM_RUN_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

namespace fleetca::client {

struct ProgramRun {
  // In sentences: "exec /usr/sbin/nginx -s reload".
  std::string what;
  // The program, and its arguments. A name without a slash is looked for in the usual folders,
  // whatever the environment of this process says.
  std::vector<std::string> arguments;
  // "NAME=VALUE", beside PATH; nothing of this process's own environment.
  std::vector<std::string> environment;
  absl::Duration timeout = absl::Seconds(30);
  // Ends it as the timeout does, a tenth of a second later at most; may be null.
  const absl::Notification* stop = nullptr;
};

// Runs it in a process group of its own, with /dev/null as its input, and with none of this
// process's descriptors and blocked signals. Returns when it has ended; what it left running in the
// background goes on. After the timeout its group gets SIGTERM, and SIGKILL two seconds later where
// any of it is still there. What cannot be killed, as another user's, is left after two more.
//
// DEADLINE_EXCEEDED kDeadlineExceeded after the timeout, and where it was stopped;
// FAILED_PRECONDITION kInternal with the exit code or the signal and the last line that it wrote;
// the errors of FileError (base/file_status.h) where it could not be started. Thread-safe.
[[nodiscard]] absl::Status RunProgram(const ProgramRun& run);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_PROGRAM_RUN_H_
