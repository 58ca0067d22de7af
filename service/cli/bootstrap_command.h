// `fleetca bootstrap-port`: what `fleetca serve` runs beside itself.
#ifndef FLEETCA_SERVICE_CLI_BOOTSTRAP_COMMAND_H_
#define FLEETCA_SERVICE_CLI_BOOTSTRAP_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::service {

// Adds the command, which no help lists. As AddServeCommand.
void AddBootstrapCommand(CLI::App& app, int* exit_code);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CLI_BOOTSTRAP_COMMAND_H_
