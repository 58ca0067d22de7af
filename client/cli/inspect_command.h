// `cert inspect`: what is in a certificate, a chain or a CSR. Needs no network.
#ifndef FLEETCA_CLIENT_CLI_INSPECT_COMMAND_H_
#define FLEETCA_CLIENT_CLI_INSPECT_COMMAND_H_

#include "CLI/CLI.hpp"

namespace fleetca::client {

void AddInspectCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_INSPECT_COMMAND_H_
