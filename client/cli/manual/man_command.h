// The command that shows and writes manual pages.
#ifndef FLEETCA_CLIENT_CLI_MANUAL_MAN_COMMAND_H_
#define FLEETCA_CLIENT_CLI_MANUAL_MAN_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::client {

// Adds "man". The pages are those of the commands of `app` when it runs; `exit_code` must outlive
// the parsing.
void AddManCommand(CLI::App& app, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_MANUAL_MAN_COMMAND_H_
