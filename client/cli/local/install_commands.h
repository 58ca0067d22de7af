// `cert install` and `cert uninstall`: a root into a store of a host's programs, and out again.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_INSTALL_COMMANDS_H_
#define FLEETCA_CLIENT_CLI_LOCAL_INSTALL_COMMANDS_H_

#include "CLI/App.hpp"

namespace fleetca::client {

void AddInstallCommand(CLI::App& parent, int* exit_code);
void AddUninstallCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_INSTALL_COMMANDS_H_
