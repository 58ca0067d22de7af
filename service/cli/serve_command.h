// `fleetca serve`: the server, from start to drain.
#ifndef FLEETCA_SERVICE_CLI_SERVE_COMMAND_H_
#define FLEETCA_SERVICE_CLI_SERVE_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::service {

void AddServeCommand(CLI::App& app, int* exit_code);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CLI_SERVE_COMMAND_H_
