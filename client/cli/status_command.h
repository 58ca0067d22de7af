// `cert status`: whether a certificate is still to be trusted.
#ifndef FLEETCA_CLIENT_CLI_STATUS_COMMAND_H_
#define FLEETCA_CLIENT_CLI_STATUS_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::client {

void AddStatusCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_STATUS_COMMAND_H_
