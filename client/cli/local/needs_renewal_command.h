// `cert needs-renewal`: an exit status for scripts. Needs no network.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_NEEDS_RENEWAL_COMMAND_H_
#define FLEETCA_CLIENT_CLI_LOCAL_NEEDS_RENEWAL_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::client {

// Scripts rely on these. Every error is the last one, that of a wrong command line too, so that
// none is taken for an answer.
inline constexpr int kExitRenew = 0;
inline constexpr int kExitNotYet = 1;
inline constexpr int kExitNoFile = 2;
inline constexpr int kExitCannotTell = 255;

void AddNeedsRenewalCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_NEEDS_RENEWAL_COMMAND_H_
