// `identity block`, `identity unblock` and `identity list`: who gets no certificates.
#ifndef FLEETCA_CLIENT_CLI_IDENTITY_COMMANDS_H_
#define FLEETCA_CLIENT_CLI_IDENTITY_COMMANDS_H_

#include "CLI/App.hpp"

namespace fleetca::client {

void AddIdentityBlockCommand(CLI::App& parent, int* exit_code);
void AddIdentityUnblockCommand(CLI::App& parent, int* exit_code);
void AddIdentityListCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_IDENTITY_COMMANDS_H_
