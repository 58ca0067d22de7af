// `fleetca ca root-crl`: the root's CRL, made offline.
#ifndef FLEETCA_SERVICE_CLI_ROOT_CRL_COMMAND_H_
#define FLEETCA_SERVICE_CLI_ROOT_CRL_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::service {

// Below `fleetca ca`.
void AddRootCrlCommand(CLI::App& ca, int* exit_code);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CLI_ROOT_CRL_COMMAND_H_
