// Flags of commands that fetch what is signed itself, by plain HTTP.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_FETCH_FLAGS_H_
#define FLEETCA_CLIENT_CLI_LOCAL_FETCH_FLAGS_H_

#include <string>

#include "CLI/App.hpp"

namespace fleetca::client {

// Adds --timeout, which CheckDurationFlag has looked at.
void AddFetchTimeoutFlag(CLI::App& command, std::string* timeout);

// For CLI11: "" for http://HOST/..., otherwise a sentence.
std::string CheckHttpUrlFlag(const std::string& url);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_FETCH_FLAGS_H_
