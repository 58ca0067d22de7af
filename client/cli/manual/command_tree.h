// What CLI11 knows of the commands, as the user sees them: without hidden commands, and with the
// flags of groups among those of their command.
#ifndef FLEETCA_CLIENT_CLI_MANUAL_COMMAND_TREE_H_
#define FLEETCA_CLIENT_CLI_MANUAL_COMMAND_TREE_H_

#include <string>
#include <vector>

#include "CLI/App.hpp"

namespace fleetca::client {

// What is returned belongs to `app`.

// The commands below `app`, without the hidden ones.
std::vector<const CLI::App*> CommandsOf(const CLI::App& app);

// Flags and positional arguments of the command itself, those of its groups of flags too.
std::vector<const CLI::Option*> OptionsOf(const CLI::App& app);

// "fleetca cert issue".
std::string PathOf(const CLI::App& app);

// The command that was parsed last: the one to explain or to blame.
const CLI::App& Innermost(const CLI::App& app);

// What stands after "Examples:" in the command's footer, a line break at the end; "" where nothing
// does.
std::string ExamplesOf(const CLI::App& app);

// What a flag or an argument takes, such as "FILE"; "" for a flag that takes nothing.
std::string TypeOf(const CLI::Option& option);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_MANUAL_COMMAND_TREE_H_
