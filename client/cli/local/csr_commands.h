// `fleetca csr`: certification requests made, looked at, and judged before a CA is asked. Needs no
// network.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_CSR_COMMANDS_H_
#define FLEETCA_CLIENT_CLI_LOCAL_CSR_COMMANDS_H_

#include "CLI/App.hpp"

namespace fleetca::client {

void AddCsrNewCommand(CLI::App& parent, int* exit_code);
void AddCsrInspectCommand(CLI::App& parent, int* exit_code);
void AddCsrVerifyCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_CSR_COMMANDS_H_
