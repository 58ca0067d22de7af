// `fleetca ca init`: a new CA from nothing.
#ifndef FLEETCA_SERVICE_CLI_CA_COMMAND_H_
#define FLEETCA_SERVICE_CLI_CA_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::service {

void AddCaCommand(CLI::App& app, int* exit_code);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CLI_CA_COMMAND_H_
