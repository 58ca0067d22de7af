// HOST:PORT on the command line, in the environment and in contexts.
#ifndef FLEETCA_CLIENT_CLI_TERMINAL_ADDRESS_FLAG_H_
#define FLEETCA_CLIENT_CLI_TERMINAL_ADDRESS_FLAG_H_

#include <string>

namespace fleetca::client {

// For CLI11: "" when the text is HOST:PORT, with an IPv6 address in brackets; otherwise a sentence
// that says which of the usual mistakes it has, and what was probably meant.
std::string CheckAddressFlag(const std::string& address);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_TERMINAL_ADDRESS_FLAG_H_
