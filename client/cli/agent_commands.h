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

// What a process that is an agent sets up first: no core dumps, gRPC, its log as `options` say.
absl::Status PrepareAgentProcess(const AgentOptions& options);

// Has every identity's certificate and runs its hooks, then ends. DEADLINE_EXCEEDED after
// `patience`, with what is missing.
absl::Status RunAgentOnce(AgentOptions options, absl::Duration patience);

// What an agent with these options would do, for a person and as JSON.
std::string AgentPlanToText(const AgentOptions& options);
std::string AgentPlanToJson(const AgentOptions& options);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_AGENT_COMMANDS_H_
