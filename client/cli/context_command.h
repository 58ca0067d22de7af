// `fleetca context`: the CAs that a person works with, so that nothing needs repeating.
#ifndef FLEETCA_CLIENT_CLI_CONTEXT_COMMAND_H_
#define FLEETCA_CLIENT_CLI_CONTEXT_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::client {

// Adds `context add|use|list|remove` to `app`; *exit_code as for AddCertCommands.
void AddContextCommand(CLI::App& app, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_CONTEXT_COMMAND_H_
