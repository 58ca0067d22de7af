// The CSR that a command looks at.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_CSR_INPUT_H_
#define FLEETCA_CLIENT_CLI_LOCAL_CSR_INPUT_H_

#include <string>

#include "absl/status/statusor.h"

namespace fleetca::client {

// The DER of the one CSR in the file, PEM or DER; "-" is standard input. INVALID_ARGUMENT
// kFileInvalid where there is something else, which the sentence names, or more than one; the
// errors of ReadFile.
absl::StatusOr<std::string> ReadOneCsr(const std::string& path);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_CSR_INPUT_H_
