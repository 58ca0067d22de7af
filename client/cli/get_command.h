// `cert get`: a certificate that was issued before, by its serial number.
#ifndef FLEETCA_CLIENT_CLI_GET_COMMAND_H_
#define FLEETCA_CLIENT_CLI_GET_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::client {

void AddGetCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_GET_COMMAND_H_
