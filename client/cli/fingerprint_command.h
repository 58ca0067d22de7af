// `bundle fingerprint`: the SHA-256 of each root in a file. Needs no network.
#ifndef FLEETCA_CLIENT_CLI_FINGERPRINT_COMMAND_H_
#define FLEETCA_CLIENT_CLI_FINGERPRINT_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::client {

void AddFingerprintCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_FINGERPRINT_COMMAND_H_
