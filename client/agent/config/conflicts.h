// What parts of the agent's configuration that are right each by itself may not have in common.
#ifndef FLEETCA_CLIENT_AGENT_CONFIG_CONFLICTS_H_
#define FLEETCA_CLIENT_AGENT_CONFIG_CONFLICTS_H_

#include "base/config/config_reader.h"
#include "client/agent/agent_options.h"

namespace fleetca::client {

// Adds a mistake for each name of an identity, each folder and each socket that is there twice, and
// for identities that enroll where no bootstrap port is named. A socket is one identity's, whatever
// its selectors are: a caller whom those of two identities let in would be two identities. Paths
// are compared as they are written; folders that are one by a link are refused when they are
// opened.
void FindConflicts(const AgentOptions& options, ConfigReader* reader);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_CONFIG_CONFLICTS_H_
