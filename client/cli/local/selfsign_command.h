// `cert selfsign`: a certificate that vouches for itself, for trying things on one machine.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_SELFSIGN_COMMAND_H_
#define FLEETCA_CLIENT_CLI_LOCAL_SELFSIGN_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::client {

void AddSelfSignCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_SELFSIGN_COMMAND_H_
