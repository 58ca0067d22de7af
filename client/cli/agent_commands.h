// `agent`: certificates of a host that are always there and fresh.
#ifndef FLEETCA_CLIENT_CLI_AGENT_COMMANDS_H_
#define FLEETCA_CLIENT_CLI_AGENT_COMMANDS_H_

#include <string>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/agent/agent_options.h"

namespace fleetca::client {

// `agent` itself, which runs, and the commands below it.
void AddAgentCommand(CLI::App& app, int* exit_code);

void AddAgentStatusCommand(CLI::App& parent, int* exit_code);
void AddAgentEnrollCommand(CLI::App& parent, int* exit_code);

// Has every identity's certificate and runs its hooks, then ends. DEADLINE_EXCEEDED after
// `patience`, with what is missing. A signal that ends a process does so once no hook runs any
// more; CANCELLED where it ends nothing, as with the first process of a container. Call it before
// threads start.
absl::Status RunAgentOnce(AgentOptions options, absl::Duration patience);

// What an agent with these options would do, for a person and as JSON.
std::string AgentPlanToText(const AgentOptions& options);
std::string AgentPlanToJson(const AgentOptions& options);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_AGENT_COMMANDS_H_
