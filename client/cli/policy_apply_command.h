// `fleetca policy apply`: has a server take the policy in its file.
#ifndef FLEETCA_CLIENT_CLI_POLICY_APPLY_COMMAND_H_
#define FLEETCA_CLIENT_CLI_POLICY_APPLY_COMMAND_H_

#include <functional>
#include <string>

#include "CLI/App.hpp"
#include "absl/status/status.h"

namespace fleetca::client {

// What is wrong with a policy file, as `fleetca policy check` says it. Only the server's side
// knows.
using CheckPolicy = std::function<absl::Status(const std::string& file)>;

// Adds the command to `policy`, the group of the commands about policies.
void AddPolicyApplyCommand(CLI::App& policy, int* exit_code, CheckPolicy check);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_POLICY_APPLY_COMMAND_H_
