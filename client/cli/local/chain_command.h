// `chain fix`: a chain put in order and completed.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_CHAIN_COMMAND_H_
#define FLEETCA_CLIENT_CLI_LOCAL_CHAIN_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::client {

void AddChainFixCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_CHAIN_COMMAND_H_
