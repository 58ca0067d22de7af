// `cert diff`: what differs between two certificates, or a certificate and a CSR. Needs no network.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_DIFF_COMMAND_H_
#define FLEETCA_CLIENT_CLI_LOCAL_DIFF_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::client {

// As diff(1) has it: what cannot be compared is not taken for a difference.
inline constexpr int kExitDiffer = 1;
inline constexpr int kExitNotCompared = 2;

void AddDiffCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_DIFF_COMMAND_H_
