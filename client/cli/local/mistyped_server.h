// What is wrong with the address of a server where it was taken for a file that is not there.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_MISTYPED_SERVER_H_
#define FLEETCA_CLIENT_CLI_LOCAL_MISTYPED_SERVER_H_

#include <string>

namespace fleetca::client {

// A sentence where `target`, which is neither a file nor a server's address (ParseServerAddress),
// looks like an address with a mistake: a URL of another scheme, a port that is none, an address
// without a port. "" where it looks like a path.
std::string MistypedServer(const std::string& target);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_MISTYPED_SERVER_H_
