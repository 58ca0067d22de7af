// One command of this program, run as a person would run it.
#ifndef FLEETCA_DEPLOY_QUICKSTART_OWN_COMMAND_H_
#define FLEETCA_DEPLOY_QUICKSTART_OWN_COMMAND_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace fleetca::quickstart {

// Runs `fleetca` with these arguments and waits for its end. What it writes to standard output is
// dropped; what it says on standard error is the error when it fails: FAILED_PRECONDITION
// kConfigInvalid with its sentences. Ctrl-C reaches it as it reaches this process. Must be called
// before threads start.
absl::Status RunOwnCommand(const std::vector<std::string>& arguments);

// As words are typed, with what a shell would take apart in quotes: "rm -r 'my trial'".
std::string ShellText(const std::vector<std::string>& words);

// The same of a command of this program: "fleetca cert inspect web.crt".
std::string CommandText(const std::vector<std::string>& arguments);

}  // namespace fleetca::quickstart

#endif  // FLEETCA_DEPLOY_QUICKSTART_OWN_COMMAND_H_
