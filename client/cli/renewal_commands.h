// `renewal order`, `renewal list` and `renewal cancel`: has certificates renewed early.
#ifndef FLEETCA_CLIENT_CLI_RENEWAL_COMMANDS_H_
#define FLEETCA_CLIENT_CLI_RENEWAL_COMMANDS_H_

#include "CLI/App.hpp"

namespace fleetca::client {

void AddRenewalOrderCommand(CLI::App& parent, int* exit_code);
void AddRenewalListCommand(CLI::App& parent, int* exit_code);
void AddRenewalCancelCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_RENEWAL_COMMANDS_H_
