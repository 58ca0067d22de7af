// What the policy decided, for a person or a program.
#ifndef FLEETCA_CLIENT_CLI_DECISION_OUTPUT_H_
#define FLEETCA_CLIENT_CLI_DECISION_OUTPUT_H_

#include <string>

#include "client/cli/terminal/output.h"
#include "client/decision.h"

namespace fleetca::client {

// Text in the form kPem as well, as a decision has no PEM.
std::string FormatDecision(const Decision& decision, OutputForm form);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_DECISION_OUTPUT_H_
