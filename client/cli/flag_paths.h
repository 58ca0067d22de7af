// Says of each path on the command line by which flag it was given (base/named_paths.h).
#ifndef FLEETCA_CLIENT_CLI_FLAG_PATHS_H_
#define FLEETCA_CLIENT_CLI_FLAG_PATHS_H_

#include "CLI/App.hpp"

namespace fleetca::client {

// When `app` has parsed its arguments, before a command runs: every value of a flag or an argument
// whose type is FILE or DIR, and every unix socket of one whose type is ADDRESS, gets the name of
// the flag, such as "--key-out", or of the argument, such as "file". "-" is named as sentences
// write it: "standard output" for a flag whose name ends in "out", else "standard input". `app` is
// the program with all its commands; what it had been given before is forgotten.
void NamePathsWhenParsed(CLI::App& app);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_FLAG_PATHS_H_
