// Certificates that a command is given to find a certificate's issuers in.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_CHAIN_INPUT_H_
#define FLEETCA_CLIENT_CLI_LOCAL_CHAIN_INPUT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace fleetca::client {

// The certificates of a file ("-": standard input), or of those files of a folder that hold some,
// in the order of their names; DER. FAILED_PRECONDITION kFileInvalid, with the path, where there
// are none, or a folder has more than 1000 files; the errors of ReadFile (base/file.h).
absl::StatusOr<std::vector<std::string>> ReadCertificatesAt(const std::string& path);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_CHAIN_INPUT_H_
