// Other names of standard output on the command line.
#ifndef FLEETCA_CLIENT_CLI_STANDARD_OUTPUT_FLAGS_H_
#define FLEETCA_CLIENT_CLI_STANDARD_OUTPUT_FLAGS_H_

#include "CLI/App.hpp"

namespace fleetca::client {

// Has every flag of `app` and of its commands that names an output file (of the type FILE, with a
// name that ends in "out") take /dev/stdout, /dev/fd/1 and what else leads to standard output as
// "-", so that no command writes words among its data there. Call it once all flags are added.
void TakeStandardOutputByAnyName(CLI::App& app);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_STANDARD_OUTPUT_FLAGS_H_
