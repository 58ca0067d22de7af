// `fleetca stats`: what a running CA says about itself.
#ifndef FLEETCA_CLIENT_CLI_STATS_COMMAND_H_
#define FLEETCA_CLIENT_CLI_STATS_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::client {

// *exit_code is set when the command has run; `exit_code` outlives `app`.
void AddStatsCommand(CLI::App& app, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_STATS_COMMAND_H_
