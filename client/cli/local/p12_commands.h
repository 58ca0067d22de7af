// `p12 export` and `p12 import`: a key and its certificates as PKCS#12, and out of it again. They
// need no network.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_P12_COMMANDS_H_
#define FLEETCA_CLIENT_CLI_LOCAL_P12_COMMANDS_H_

#include "CLI/App.hpp"

namespace fleetca::client {

void AddP12ExportCommand(CLI::App& parent, int* exit_code);
void AddP12ImportCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_P12_COMMANDS_H_
