// The agent of a host, assembled.
#ifndef FLEETCA_CLIENT_AGENT_DAEMON_AGENT_H_
#define FLEETCA_CLIENT_AGENT_DAEMON_AGENT_H_

#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/agent/agent_options.h"
#include "client/agent/daemon/agent_report.h"

namespace fleetca::client {

// All identities of a configuration, in few threads: their keepers, whom they trust, their sockets,
// what is revoked, and the status. Thread-compatible, but for Report.
class Agent {
 public:
  // Opens all sockets, makes the state folder, becomes run_as, and opens the state and the outputs;
  // asks nobody. While the agent is there no other one has its state folder: FAILED_PRECONDITION
  // kFileInvalid, whatever the identities of that one are. Call it before threads start. An error
  // names the file or the setting, and nothing was changed but that folders are there; that of an
  // identity has its name before the message.
  static absl::StatusOr<std::unique_ptr<Agent>> Create(AgentOptions options);

  // Stops: ends the hooks that run, and waits for the steps under way, within seconds.
  virtual ~Agent() = default;

  // Keeps the identities from now on; serves. The errors of the threads that it starts. Tells
  // systemd when all identities are ready, and that it is alive as often as systemd wants to hear
  // it.
  virtual absl::Status Start() = 0;

  // Returns once every identity has its certificate, by the configuration as it is, and every hook
  // has worked, or `patience` is over: DEADLINE_EXCEEDED with the words of WhyNotReady; or
  // `is_stopped` says so: CANCELLED. After Start.
  virtual absl::Status AwaitSettled(absl::Duration patience,
                                    absl::FunctionRef<bool()> is_stopped) = 0;

  // Thread-safe.
  virtual AgentReport Report() const = 0;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_DAEMON_AGENT_H_
