// The flag that says which OIDs a CA gives its own extensions.
#ifndef FLEETCA_CLIENT_CLI_FACTS_ARC_FLAG_H_
#define FLEETCA_CLIENT_CLI_FACTS_ARC_FLAG_H_

#include <string>

#include "CLI/App.hpp"

namespace fleetca::client {

// Adds --arc, which is checked while it is parsed: x509::AuthzOids::FromArc takes it.
void AddArcFlag(CLI::App& command, std::string* arc);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_FACTS_ARC_FLAG_H_
