// `cert verify`: what a relying party would decide of a certificate, step by step.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_VERIFY_COMMAND_H_
#define FLEETCA_CLIENT_CLI_LOCAL_VERIFY_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::client {

void AddCertVerifyCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_VERIFY_COMMAND_H_
