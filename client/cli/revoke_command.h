// `cert revoke`: takes certificates back.
#ifndef FLEETCA_CLIENT_CLI_REVOKE_COMMAND_H_
#define FLEETCA_CLIENT_CLI_REVOKE_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::client {

void AddRevokeCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_REVOKE_COMMAND_H_
