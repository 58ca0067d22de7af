// `crl get`, `crl inspect` and `crl verify`: certificate revocation lists, fetched and looked at.
#ifndef FLEETCA_CLIENT_CLI_CRL_COMMANDS_H_
#define FLEETCA_CLIENT_CLI_CRL_COMMANDS_H_

#include "CLI/App.hpp"

namespace fleetca::client {

void AddCrlGetCommand(CLI::App& parent, int* exit_code);
void AddCrlInspectCommand(CLI::App& parent, int* exit_code);
void AddCrlVerifyCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_CRL_COMMANDS_H_
