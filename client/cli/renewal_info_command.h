// `renewal info`: when certificates should be renewed.
#ifndef FLEETCA_CLIENT_CLI_RENEWAL_INFO_COMMAND_H_
#define FLEETCA_CLIENT_CLI_RENEWAL_INFO_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::client {

void AddRenewalInfoCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_RENEWAL_INFO_COMMAND_H_
