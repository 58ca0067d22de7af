// `cert inspect`: shows a file, a folder, or what a TLS server presents.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_INSPECT_COMMAND_H_
#define FLEETCA_CLIENT_CLI_LOCAL_INSPECT_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::client {

void AddInspectCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_INSPECT_COMMAND_H_
