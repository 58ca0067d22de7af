// `cert renew` and `cert rekey`: the next certificate of the line, with the same key or a new one.
#ifndef FLEETCA_CLIENT_CLI_RENEW_COMMAND_H_
#define FLEETCA_CLIENT_CLI_RENEW_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::client {

void AddRenewCommand(CLI::App& parent, int* exit_code);
void AddRekeyCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_RENEW_COMMAND_H_
