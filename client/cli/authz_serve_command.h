// `authz serve`: the daemon beside a proxy, from start to end.
#ifndef FLEETCA_CLIENT_CLI_AUTHZ_SERVE_COMMAND_H_
#define FLEETCA_CLIENT_CLI_AUTHZ_SERVE_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::client {

void AddAuthzServeCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_AUTHZ_SERVE_COMMAND_H_
