#include "client/agent/daemon/running_agent.h"

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"

namespace fleetca::client {

absl::StatusOr<RunningAgent> RunningAgent::Start(AgentOptions options, Make make) {
  RunningAgent running(std::move(options), std::move(make));
  FLEETCA_RETURN_IF_ERROR(running.StartBy(running.options_));
  return running;
}

absl::Status RunningAgent::StartBy(const AgentOptions& options) {
  FLEETCA_ASSIGN_OR_RETURN(std::unique_ptr<Agent> agent, make_(options));
  FLEETCA_RETURN_IF_ERROR(agent->Start());
  agent_ = std::move(agent);
  return absl::OkStatus();
}

absl::Status RunningAgent::Reload(AgentOptions options) {
  if (options_.run_as.has_value() || options.run_as.has_value()) {
    return FailedPrecondition(
        Reason::kConfigInvalid, "run_as",
        "An agent with run_as takes another configuration only at its start, because as that user "
        "it may not open sockets and folders; restart it");
  }
  agent_.reset();  // its folders and sockets are the other one's
  const absl::Status started = StartBy(options);
  if (started.ok()) {
    options_ = std::move(options);
    return started;
  }
  if (const absl::Status back = StartBy(options_); !back.ok()) {
    return MakeError(
        started.code(), GetReason(started).value_or(Reason::kInternal), GetField(started),
        absl::StrCat(
            started.message(),
            "; and the configuration before cannot be started again either: ", back.message()));
  }
  return started;
}

}  // namespace fleetca::client
