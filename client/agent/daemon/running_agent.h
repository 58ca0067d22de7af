// An agent that runs, and takes another configuration while it does.
#ifndef FLEETCA_CLIENT_AGENT_DAEMON_RUNNING_AGENT_H_
#define FLEETCA_CLIENT_AGENT_DAEMON_RUNNING_AGENT_H_

#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/agent/agent_options.h"
#include "client/agent/daemon/agent.h"

namespace fleetca::client {

// What an agent keeps is on disk, so the one with the new configuration goes on where the one
// before it ended. Meanwhile the files of all identities stay as they are; the sockets are closed
// for a moment, and whoever had them open connects again. Thread-compatible.
class RunningAgent {
 public:
  // Agent::Create, or another one in tests.
  using Make = std::function<absl::StatusOr<std::unique_ptr<Agent>>(AgentOptions options)>;

  // Creates and starts the agent: the errors of both.
  static absl::StatusOr<RunningAgent> Start(AgentOptions options, Make make = Agent::Create);

  // Ends the agent, waiting for its steps and hooks under way, and starts another one by `options`.
  // FAILED_PRECONDITION kConfigInvalid, with the agent as it was, where either configuration has a
  // run_as: who has become another user cannot open for that one what it could at its start. Where
  // the other agent cannot be started: that error, and one by the options before runs, unless that
  // cannot be had either (runs() is false then).
  absl::Status Reload(AgentOptions options);

  bool runs() const { return agent_ != nullptr; }

 private:
  RunningAgent(AgentOptions options, Make make)
      : options_(std::move(options)), make_(std::move(make)) {}

  absl::Status StartBy(const AgentOptions& options);

  AgentOptions options_;
  Make make_;
  std::unique_ptr<Agent> agent_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_DAEMON_RUNNING_AGENT_H_
