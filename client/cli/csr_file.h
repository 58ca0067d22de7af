// CSRs that the user has as files.
#ifndef FLEETCA_CLIENT_CLI_CSR_FILE_H_
#define FLEETCA_CLIENT_CLI_CSR_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace fleetca::client {

// The CSR in a file, PEM or DER, as DER; "-" is standard input. Errors name the file:
// INVALID_ARGUMENT kFileInvalid for an input that is empty, kCsrMalformed for what is no CSR.
absl::StatusOr<std::string> ReadCsr(const std::string& path);

// The files in `folder` whose names say that they are CSRs (.csr, .req, .p10, in either case),
// by name. FAILED_PRECONDITION kFileMissing when there are none.
absl::StatusOr<std::vector<std::string>> ListCsrs(const std::string& folder);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_CSR_FILE_H_
