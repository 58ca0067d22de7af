// `fleetca policy`: is this policy right, and what does it decide?
#ifndef FLEETCA_SERVICE_CLI_POLICY_COMMAND_H_
#define FLEETCA_SERVICE_CLI_POLICY_COMMAND_H_

#include <string>

#include "CLI/App.hpp"
#include "absl/status/status.h"

namespace fleetca::service {

// What is wrong with a policy file: by itself, and for the server whose configuration lies beside
// it and names it, as `fleetca policy check` judges. INVALID_ARGUMENT kConfigInvalid with a line
// for each mistake; kFile*.
absl::Status CheckPolicyFile(const std::string& file);

void AddPolicyCommand(CLI::App& app, int* exit_code);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CLI_POLICY_COMMAND_H_
