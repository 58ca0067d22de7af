// The help of a command, for a program.
#ifndef FLEETCA_CLIENT_CLI_HELP_JSON_H_
#define FLEETCA_CLIENT_CLI_HELP_JSON_H_

#include <string>

#include "CLI/App.hpp"

namespace fleetca::client {

// One object: "command" ("fleetca cert issue"), "summary", "usage" (in one line), "commands"
// (name and summary of each below it), "arguments" and "flags" (names, type, summary, required,
// repeatable, default), "notes" (what --help says beside them) and "examples" (a command each).
// What a command does not have is an empty list or text, or left out in a flag.
std::string HelpToJson(const CLI::App& command);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_HELP_JSON_H_
