// `cert issue`: a certificate for a CSR, or for a new key.
#ifndef FLEETCA_CLIENT_CLI_ISSUE_COMMAND_H_
#define FLEETCA_CLIENT_CLI_ISSUE_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::client {

void AddIssueCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_ISSUE_COMMAND_H_
