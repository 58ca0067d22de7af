// What a folder made by `fleetca ca init` says of its server.
#ifndef FLEETCA_CLIENT_CLI_CA_FOLDER_H_
#define FLEETCA_CLIENT_CLI_CA_FOLDER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::client {

// HOST:PORT to reach the server by from this machine: listener.address of the folder's
// fleetca.textproto, with the loopback address for one that means every address. "" where the
// folder has no such file. INVALID_ARGUMENT kConfigInvalid when the file cannot be understood, or
// its port is 0, which the server chooses anew at each start; kFile* when it cannot be read.
absl::StatusOr<std::string> ServerAddressOf(absl::string_view folder);

// The names of the profiles of the folder's policy.textproto, in its order; none where there is no
// such file, or where it cannot be understood, which `fleetca policy check` explains.
std::vector<std::string> ProfilesOf(absl::string_view folder);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_CA_FOLDER_H_
