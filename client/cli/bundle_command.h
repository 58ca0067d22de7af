// `bundle get`: the CA's trust bundle, or its root by a fingerprint.
#ifndef FLEETCA_CLIENT_CLI_BUNDLE_COMMAND_H_
#define FLEETCA_CLIENT_CLI_BUNDLE_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::client {

void AddBundleGetCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_BUNDLE_COMMAND_H_
