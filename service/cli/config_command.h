// `fleetca config validate`: is this configuration right?
#ifndef FLEETCA_SERVICE_CLI_CONFIG_COMMAND_H_
#define FLEETCA_SERVICE_CLI_CONFIG_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::service {

void AddConfigCommand(CLI::App& app, int* exit_code);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CLI_CONFIG_COMMAND_H_
