// The part of the agent's configuration that says which CA.
#ifndef FLEETCA_CLIENT_AGENT_CONFIG_CA_CONFIG_H_
#define FLEETCA_CLIENT_AGENT_CONFIG_CA_CONFIG_H_

#include "base/config/config_reader.h"
#include "client/agent/agent_options.h"
#include "fleetca/agent/v1/agent.pb.h"

namespace fleetca::client {

// Fills in what `options` has of it. Whether revocations are watched depends on the identities,
// too.
void ReadCa(const agent::v1::CertificateAuthority& written, ConfigReader* reader,
            AgentOptions* options);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_CONFIG_CA_CONFIG_H_
