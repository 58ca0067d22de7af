// `token list` and `token revoke`: the join tokens that there are.
#ifndef FLEETCA_CLIENT_CLI_TOKEN_LIST_COMMANDS_H_
#define FLEETCA_CLIENT_CLI_TOKEN_LIST_COMMANDS_H_

#include "CLI/App.hpp"

namespace fleetca::client {

void AddTokenListCommand(CLI::App& parent, int* exit_code);
void AddTokenRevokeCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_TOKEN_LIST_COMMANDS_H_
