// A signal to the process of a pid file.
#ifndef FLEETCA_CLIENT_AGENT_PID_SIGNAL_H_
#define FLEETCA_CLIENT_AGENT_PID_SIGNAL_H_

#include <string>

#include "absl/status/status.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

namespace fleetca::client {

struct PidSignal {
  // In sentences: "signal HUP to /run/web.pid".
  std::string what;
  std::string pid_file;
  int signal = 0;
  // When that which the process is to read was in place.
  absl::Time changed_at;
  absl::Duration timeout = absl::Seconds(30);
  // Ends the wait; may be null.
  const absl::Notification* stop = nullptr;
};

// Makes the process of the pid file read what has changed.
//
// A process that started after the change has read the new files and needs no signal; nor would one
// that has just started survive it, while it has not said yet what to do with it. Any other is sent
// the signal, and has taken it when it is pending no longer. One that is gone a moment later was on
// its way out, as in a restart, and the process that follows it may have read the old files just
// before they changed: so the pid file is read again, until a process stays that has taken the
// signal or started after the change.
//
// A signal that would end the process because it has no use for it is not sent, but for TERM and
// QUIT, which are sent for that. The process is held by a descriptor: if another has its number
// meanwhile, that one gets no signal. A process that started after its pid file was written is
// another one too.
//
// DEADLINE_EXCEEDED kDeadlineExceeded when the process does not take the signal, and where it was
// stopped;
// FAILED_PRECONDITION kFileMissing and kFileInvalid for a pid file that is not there, not strictly
// a number, or of no process; kFilePermissions for one that others could have written, and where
// the process may not be signalled; kConfigInvalid for a process that has no use for the signal.
// Thread-safe.
[[nodiscard]] absl::Status SignalByPidFile(const PidSignal& signal);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_PID_SIGNAL_H_
