// `cert lint`: what is wrong with certificates of any CA.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_LINT_COMMAND_H_
#define FLEETCA_CLIENT_CLI_LOCAL_LINT_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::client {

void AddCertLintCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_LINT_COMMAND_H_
