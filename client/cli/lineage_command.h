// `lineage unblock`: has a line of renewals go on.
#ifndef FLEETCA_CLIENT_CLI_LINEAGE_COMMAND_H_
#define FLEETCA_CLIENT_CLI_LINEAGE_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::client {

void AddLineageUnblockCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LINEAGE_COMMAND_H_
