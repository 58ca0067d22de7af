// The commands of `fleetca` that make and run a CA: `ca`, `serve`, `config`, `policy`.
#ifndef FLEETCA_SERVICE_CLI_COMMANDS_H_
#define FLEETCA_SERVICE_CLI_COMMANDS_H_

#include "CLI/App.hpp"

namespace fleetca::service {

// Adds the commands to `app`. A command runs while `app` parses the command line and leaves its
// exit code (base/exit_status.h) in *exit_code, which must outlive `app`.
void AddServerCommands(CLI::App& app, int* exit_code);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CLI_COMMANDS_H_
