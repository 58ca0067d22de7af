// `authz check`: what a table of routes decides on one request, and why.
#ifndef FLEETCA_CLIENT_CLI_AUTHZ_CHECK_COMMAND_H_
#define FLEETCA_CLIENT_CLI_AUTHZ_CHECK_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::client {

void AddAuthzCheckCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_AUTHZ_CHECK_COMMAND_H_
