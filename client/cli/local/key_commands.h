// `fleetca key`: private keys made, looked at, and their passphrases changed. Needs no network.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_KEY_COMMANDS_H_
#define FLEETCA_CLIENT_CLI_LOCAL_KEY_COMMANDS_H_

#include "CLI/App.hpp"

namespace fleetca::client {

void AddKeyNewCommand(CLI::App& parent, int* exit_code);
void AddKeyInspectCommand(CLI::App& parent, int* exit_code);
void AddKeyEncryptCommand(CLI::App& parent, int* exit_code);
void AddKeyDecryptCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_KEY_COMMANDS_H_
