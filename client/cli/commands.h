// The commands of `fleetca` that need no CA of their own: `cert issue|get|inspect`,
// `bundle get|fingerprint`, `token create|list|revoke`, `authz serve|check`,
// `context add|use|list|remove`.
#ifndef FLEETCA_CLIENT_CLI_COMMANDS_H_
#define FLEETCA_CLIENT_CLI_COMMANDS_H_

#include "CLI/App.hpp"

namespace fleetca::client {

// Adds the commands `cert`, `bundle`, `token`, `authz` and `context` to `app`. A command runs while
// `app` parses the command line and leaves its exit code (base/exit_status.h) in *exit_code, which
// must outlive `app`.
void AddCertCommands(CLI::App& app, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_COMMANDS_H_
