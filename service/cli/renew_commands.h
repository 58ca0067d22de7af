// `fleetca ca renew-server` and `fleetca ca renew-admin`: a CA's own certificates, offline.
#ifndef FLEETCA_SERVICE_CLI_RENEW_COMMANDS_H_
#define FLEETCA_SERVICE_CLI_RENEW_COMMANDS_H_

#include "CLI/App.hpp"

namespace fleetca::service {

// Below `fleetca ca`.
void AddRenewCommands(CLI::App& ca, int* exit_code);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CLI_RENEW_COMMANDS_H_
