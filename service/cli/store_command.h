// `fleetca store`: the ways back after a store or a clock was lost.
#ifndef FLEETCA_SERVICE_CLI_STORE_COMMAND_H_
#define FLEETCA_SERVICE_CLI_STORE_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::service {

void AddStoreCommand(CLI::App& app, int* exit_code);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CLI_STORE_COMMAND_H_
