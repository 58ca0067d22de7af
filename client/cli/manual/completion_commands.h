// Commands that have a shell complete what is typed.
#ifndef FLEETCA_CLIENT_CLI_MANUAL_COMPLETION_COMMANDS_H_
#define FLEETCA_CLIENT_CLI_MANUAL_COMPLETION_COMMANDS_H_

#include "CLI/App.hpp"

namespace fleetca::client {

// Adds "completion" with "bash", "zsh" and "fish" (print the script), "install" and "uninstall".
// `exit_code` must outlive the parsing.
void AddCompletionCommands(CLI::App& app, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_MANUAL_COMPLETION_COMMANDS_H_
