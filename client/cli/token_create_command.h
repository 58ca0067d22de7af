// `token create`: join tokens for one identity, or for a list of them.
#ifndef FLEETCA_CLIENT_CLI_TOKEN_CREATE_COMMAND_H_
#define FLEETCA_CLIENT_CLI_TOKEN_CREATE_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::client {

void AddTokenCreateCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_TOKEN_CREATE_COMMAND_H_
