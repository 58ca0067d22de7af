// `fleetca policy`: is this policy right, and what does it decide?
#ifndef FLEETCA_SERVICE_CLI_POLICY_COMMAND_H_
#define FLEETCA_SERVICE_CLI_POLICY_COMMAND_H_

#include "CLI/CLI.hpp"

namespace fleetca::service {

void AddPolicyCommand(CLI::App& app, int* exit_code);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CLI_POLICY_COMMAND_H_
